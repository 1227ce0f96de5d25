#include "process/tree.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <functional>
#include <thread>

#include "process/child.h"

namespace slipway::process {
namespace {

bool is_reaper() {
  int yes = 0;
  return ::prctl(PR_GET_CHILD_SUBREAPER, &yes) == 0 && yes != 0;
}

bool is_inherited(const ProcessInfo& process) {
  return process.parent == ::getpid() && !Child::started_here(process.id.pid);
}

// The founders and all their descendants.
std::vector<ProcessInfo> families(const std::function<bool(const ProcessInfo&)>& is_founder) {
  std::vector<ProcessInfo> all = list_processes();
  std::set<pid_t> pids;
  const auto belongs = [&](const ProcessInfo& process) {
    return pids.contains(process.parent) || is_founder(process);
  };
  // A child may stand before its parent, so there is another round as long as one finds somebody.
  auto rest = all.begin();
  for (auto end = rest;; rest = end) {
    end = std::partition(rest, all.end(), belongs);
    if (end == rest) break;
    for (const ProcessInfo& process : std::ranges::subrange(rest, end)) pids.insert(process.id.pid);
  }
  all.erase(rest, all.end());
  return all;
}

}  // namespace

base::Result<> become_reaper() {
  if (::prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) return base::fail_errno(errno, "cannot become a reaper");
  return {};
}

void reap_orphans() {
  if (!is_reaper()) return;
  if (const auto children = own_children()) {
    for (const pid_t child : *children) {
      if (!Child::started_here(child)) ::waitpid(child, nullptr, WNOHANG);
    }
    return;
  }
  for (const ProcessInfo& process : list_processes()) {
    if (process.dead && is_inherited(process)) ::waitpid(process.id.pid, nullptr, WNOHANG);
  }
}

Before::Before() {
  if (!is_reaper()) return;
  orphans_.emplace();
  // Nobody is inherited, as a rule: then there is no reason to look at all processes of the machine.
  const auto children = own_children();
  if (children && std::ranges::all_of(*children, Child::started_here)) return;
  for (const ProcessInfo& process : families(is_inherited)) orphans_->insert(process.id);
}

bool Tree::is_orphan(const ProcessInfo& process) const {
  return before_.orphans_ && is_inherited(process) && !before_.orphans_->contains(process.id);
}

bool Tree::is_founder(const ProcessInfo& process) const {
  return process.id.pid == root_ || process.group == root_ || process.session == root_ ||
         known_.contains(process.id) || is_orphan(process);
}

std::vector<ProcessInfo> Tree::members() {
  auto found = families([this](const ProcessInfo& process) { return is_founder(process); });
  for (const ProcessInfo& process : found) known_.insert(process.id);
  return found;
}

void Tree::signal(std::initializer_list<int> numbers) {
  // Looked up first: the signal orphans those who left the group, and then they are not found any more.
  const std::vector<ProcessInfo> all = members();
  for (const int number : numbers) {
    // The group as a whole: nobody can slip away from that by forking.
    ::kill(-root_, number);
    for (const ProcessInfo& process : all) {
      if (!process.dead && process.group != root_) ::kill(process.id.pid, number);
    }
  }
}

void Tree::terminate() {
  signal({SIGTERM, SIGCONT});
}

void Tree::kill() {
  signal({SIGKILL});
}

std::vector<pid_t> Tree::living() {
  std::vector<pid_t> pids;
  for (const ProcessInfo& process : members()) {
    if (!process.dead) pids.push_back(process.id.pid);
  }
  return pids;
}

bool Tree::gone() {
  // Twice: whoever was forked behind the reader of /proc by somebody who was dead when it came there is seen
  // the second time.
  if (!living().empty() || !living().empty()) return false;
  reap_orphans();
  return true;
}

void Tree::kill_and_wait() {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds{100};
  for (kill(); !gone() && std::chrono::steady_clock::now() < end; kill()) {
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
}

}  // namespace slipway::process
