// A child and everything that came from it, so that it can be stopped as a whole. Linux.
#pragma once

#include <initializer_list>
#include <optional>
#include <set>
#include <vector>

#include "base/error.h"
#include "process/process_table.h"

namespace slipway::process {

// Makes this process the parent of every descendant whose own parent dies, instead of init. Then also what
// detached itself from a child (double fork, setsid) is found and stopped with it. Meant for a process that
// starts children with run() only and one after another, as the runner does: orphans of two commands at the
// same time cannot be told apart.
base::Result<> become_reaper();

// Takes away the dead orphans that a reaper has inherited. run() does it at its end.
void reap_orphans();

// The orphans of earlier commands and their descendants, which do not belong to the next command. Taken
// before its start.
class Before {
 public:
  Before();

 private:
  friend class Tree;
  std::optional<std::set<ProcessId>> orphans_;  // nothing: this process is no reaper and inherits nobody
};

// To a tree belong: the child; the processes of its process group and session; if this process is a reaper,
// the orphans that it inherited since the start; and the descendants of all these. Who belonged once belongs
// for ever. A process that left all of these ways before anybody looked is not found.
//
// The child must not be reaped while its Tree is used (see Child).
class Tree {
 public:
  Tree(pid_t child, Before before) : root_(child), before_(std::move(before)) {}

  // TERM to every process once, and CONT so that stopped ones can act on it.
  void terminate();

  // KILL to every process that is there now; to be repeated until gone(), since a process may have been
  // forked meanwhile.
  void kill();

  // Whether no process lives any more; then no dead orphan is left either.
  bool gone();

  // Kills the whole tree at once, for destructors: blocks for a few milliseconds, at most for about 100.
  void kill_and_wait();

  // The pids that live, for messages.
  std::vector<pid_t> living();

 private:
  std::vector<ProcessInfo> members();
  bool is_orphan(const ProcessInfo& process) const;
  bool is_founder(const ProcessInfo& process) const;
  void signal(std::initializer_list<int> numbers);

  pid_t root_;
  Before before_;
  std::set<ProcessId> known_;
};

}  // namespace slipway::process
