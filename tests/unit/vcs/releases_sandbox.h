// A path with the layout "releases", of a git or svn repository.
#pragma once

#include <sys/stat.h>

#include "vcs/git_sandbox.h"
#include "vcs/release_book.h"
#include "vcs/release_place.h"
#include "vcs/svn_sandbox.h"

namespace slipway::vcs {

template <class Base>
class ReleasesSandbox : public Base {
 protected:
  using Order = Sandbox::Order;

  ReleasesSandbox() { settings.keep_releases = 10; }

  Spec releases(LocalChanges changes = LocalChanges::keep) const {
    Spec spec = this->spec(changes);
    spec.path = www();
    spec.branch = branch;
    spec.releases = settings;
    return spec;
  }
  fs::path www() const { return this->in("www"); }
  fs::path current(const std::string& file = "") const { return www() / "current" / file; }
  std::string now() const { return current_release(ReleaseBook{www()}); }
  std::vector<Release> known() const { return ReleaseBook{www()}.releases(); }

  // A whole order, as the runner gives it; `before` and `after` stand for the hooks.
  Order deploy(const std::string& revision, LocalChanges changes = LocalChanges::keep) {
    Order order = this->order_until_prepared(releases(changes), revision);
    Io io = this->io_of(order);
    if (order.ok()) {
      this->before_switch();
      order.done = wait_for(order.copy->switch_to(revision, io));
    }
    bool good = order.ok();
    if (good) good = after_switch(*order.copy);
    wait_for(order.copy->conclude(good, io));
    wait_for(order.copy->tidy());
    order.copy.reset();
    return order;
  }

  static ino_t inode(const fs::path& file) {
    struct stat info{};
    EXPECT_EQ(::stat(file.c_str(), &info), 0) << file;
    return info.st_ino;
  }

  ReleasesSpec settings;
  std::string branch;  // empty: the default one
  std::function<bool(WorkingCopy&)> after_switch = [](WorkingCopy&) { return true; };
};

using GitReleases = ReleasesSandbox<GitSandbox>;
using SvnReleases = ReleasesSandbox<SvnSandbox>;

}  // namespace slipway::vcs
