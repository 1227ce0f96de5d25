// One face for git and Subversion: reading a repository's history and bringing a working copy to a revision.
// Start with make_working_copy(). Nothing here asks a question on a terminal, and nothing passes a shell.
//
// How the files fit: *_commands build argv, *_parse read what the tools print (both pure); tool runs, failure
// turns what a tool said into a sentence; git_* and svn_working_copy and _queries put them together.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "process/process.h"
#include "vcs/types.h"

namespace slipway::vcs {

namespace asio = boost::asio;

// A line for the order's output, written by us and not by a tool: "saved 3 local changes as /var/…".
using Note = std::function<base::Result<>(std::string_view line)>;

struct Io {
  process::Sink output;  // what the tools print
  Note note;
  process::StopRequest* stop = nullptr;
  // The time limit of one command of the tool.
  base::Millis timeout = std::chrono::minutes{10};
};

// The steps `check`, `fetch` and `switch` of an order, called in this order on one object. Each returns
// an error with a sentence for a tired person; after an error from check or prepare nothing was changed.
class WorkingCopy {
 public:
  virtual ~WorkingCopy() = default;

  // Reads what is there. Refuses a path that is something else than a working copy of `url`.
  virtual asio::awaitable<base::Result<Status>> check(Io& io) = 0;

  // Brings the revision to the host and makes sure that the switch can succeed, without changing the working
  // copy. A missing or empty path is prepared by cloning to a place beside it. Uses the network only
  // if the revision is not there yet.
  virtual asio::awaitable<base::Result<>> prepare(const std::string& revision, Io& io) = 0;

  // After prepare(), git alone: the branches and tags of the repository that have the revision, by their
  // whole names; `ask`: as they are now, not as they were when the repository was asked last.
  virtual asio::awaitable<base::Result<std::vector<std::string>>> refs_with(const std::string& revision,
                                                                            bool ask, Io& io);
  // After prepare(), git alone: an error (conflict) where the revision is not signed by one of them.
  virtual asio::awaitable<base::Result<>> check_signature(const std::string& revision, const Signers& signers,
                                                          Io& io);

  // Changes the working copy to the prepared revision; local changes are treated as Spec says.
  virtual asio::awaitable<base::Result<>> switch_to(const std::string& revision, Io& io) = 0;

  // Where the hooks before and after the switch run; absent: in the path itself.
  virtual std::optional<fs::path> hook_directory() const { return std::nullopt; }

  // The release that the order makes or goes back to (the layout "releases"); absent: none is prepared.
  virtual std::optional<fs::path> release() const { return std::nullopt; }

  // Whether switch_back() can undo the switch at once and without the network (the layout "releases", with an
  // earlier release).
  virtual bool can_switch_back() const { return false; }
  // Undoes switch_to(); returns the revision that is current again.
  virtual asio::awaitable<base::Result<std::string>> switch_back(Io& io);

  // Before the order's result is written; `good`: it succeeded. (releases: the new one is kept, or removed or
  // marked.) Notes are about what was done with the release.
  virtual asio::awaitable<void> conclude(bool good, Io& io);

  // After an order's result was written: housekeeping that nobody waits for (git gc --auto).
  virtual asio::awaitable<void> tidy() = 0;
};

// Destroying it before the switch removes what prepare() cloned.
std::unique_ptr<WorkingCopy> make_working_copy(Spec spec, WorkingCopyOptions options);

// The queries, answered without an order; they change neither the working copy nor its branches.
asio::awaitable<base::Result<Status>> read_status(Spec spec);

// The same without the files with local changes: quick in a tree of any size.
asio::awaitable<base::Result<Status>> read_head(Spec spec);

// Another one than before when the revision, the branch or the index may have changed. Starts no process and
// reads no more than some small files. Empty: nothing can be said.
std::string stamp_of(const Spec& spec);

// The exact revision that `wanted` means (a commit id or its unambiguous beginning, a branch or tag name, an
// svn revision number); empty: the newest of the branch. A revision that does not exist is not_found, one
// that could be taken for an option is invalid. A commit id can only be checked in a repository: where the
// working copy is missing, one is kept in the cache directory (none given: a temporary one is made each
// time).
asio::awaitable<base::Result<std::string>> resolve(Spec spec, std::string wanted,
                                                   fs::path cache_directory = {});

asio::awaitable<base::Result<CommitPage>> read_log(Spec spec, LogQuery query);

}  // namespace slipway::vcs
