// A Subversion repository with a trunk and history, and a working copy "site" of the trunk.
#pragma once

#include "vcs/sandbox.h"

namespace slipway::vcs {

class SvnSandbox : public Sandbox {
 protected:
  SvnSandbox() {
    sh("svnadmin create repo && printf '#!/bin/sh\\n' > repo/hooks/pre-revprop-change && chmod +x "
       "repo/hooks/pre-revprop-change");
    sh("svn mkdir -q -m layout '" + repo() + "/trunk' '" + repo() + "/branches' && svn checkout -q '" +
       url() + "' dev");
    first = commit("index.html", "one\n", "first");
    second = commit("index.html", "one\ntwo\n", "second");
    sh("svn checkout -q '" + url() + "' site");
  }

  std::string repo() const { return "file://" + in("repo").string(); }
  std::string url() const { return repo() + "/trunk"; }

  // A new revision of the trunk; its number.
  std::string commit(const std::string& file, const std::string& content, const std::string& message) const {
    write(in("dev") / file, content);
    sh("export LC_ALL=C.UTF-8; cd dev && svn add -q --force --no-ignore . && svn commit -q --force-log -m '" +
       message + "' && svn update -q");
    return sh("cd dev && svn info --show-item revision");
  }
  // A revision that does not touch the trunk.
  void commit_elsewhere() const { sh("svn mkdir -q -m elsewhere '" + repo() + "/branches/b'$(date +%s%N)"); }

  Spec spec(LocalChanges changes = LocalChanges::keep) const {
    return {Type::svn, url(), "", in("site"), changes};
  }
  std::string site(const std::string& file = "index.html") const { return read(in("site") / file); }
  std::string revision() const { return sh("cd site && svn info --show-item revision"); }
  void unplug() const { fs::rename(in("repo"), in("unplugged")); }

  std::string first;
  std::string second;
};

}  // namespace slipway::vcs
