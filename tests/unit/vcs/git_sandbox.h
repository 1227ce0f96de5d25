// A git repository "origin" with history, and a working copy "site" cloned from it.
#pragma once

#include "vcs/sandbox.h"

namespace slipway::vcs {

class GitSandbox : public Sandbox {
 protected:
  GitSandbox() {
    sh("git init -q origin && cd origin && git config uploadpack.allowFilter true");
    first = commit("index.html", "one\n", "first");
    second = commit("index.html", "two\n", "second");
    sh("git clone -q '" + url() + "' site");
  }

  std::string url() const { return "file://" + in("origin").string(); }

  // A new commit in the origin; its id.
  std::string commit(const std::string& file, const std::string& content, const std::string& message) const {
    write(in("origin") / file, content);
    return sh("cd origin && git add -f -A . && git commit -q --allow-empty -m '" + message +
              "' && git rev-parse HEAD");
  }

  Spec spec(LocalChanges changes = LocalChanges::keep) const {
    return {Type::git, url(), "", in("site"), changes};
  }

  std::string head() const { return sh("cd site && git rev-parse HEAD"); }
  std::string site(const std::string& file = "index.html") const { return read(in("site") / file); }
  // Takes the origin away: what succeeds now needs no network.
  void unplug() const { fs::rename(in("origin"), in("unplugged")); }

  std::string first;
  std::string second;
};

}  // namespace slipway::vcs
