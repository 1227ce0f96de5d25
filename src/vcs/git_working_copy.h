// The steps of an order on a git working copy: see vcs.h for what each may do.
#pragma once

#include "vcs/git_fetch.h"
#include "vcs/git_index.h"
#include "vcs/git_layout.h"
#include "vcs/git_parse.h"
#include "vcs/place.h"
#include "vcs/provenance.h"
#include "vcs/staging.h"
#include "vcs/vcs.h"

namespace slipway::vcs {

// What is known about a working copy before anything is done to it.
struct GitSeen {
  GitLayout layout;
  GitStatus status;
  bool searched = true;  // for local changes; else the status names none
  std::string origin;    // the url of the remote "origin"; empty: none
  bool own_ssh_command = false;

  std::string remote(const Spec& spec) const { return origin.empty() ? spec.url : "origin"; }
  std::string url(const Spec& spec) const { return origin.empty() ? spec.url : origin; }
};

// One process, git status; a second, git config, where its files are not plain. Where an order keeps local
// changes, what it needs to know at first mostly stands in the repository's files: then without git status
// and without a search for local changes. `target`: the revision that such an order asks for; else empty.
asio::awaitable<base::Result<GitSeen>> look_at_git(Git git, Place place, std::string target);

// The same for an order: in a large tree it makes the next search cheaper.
asio::awaitable<base::Result<GitStatus>> search_git_changes(Git git, const GitLayout& layout);

// The index, where it is one that is read without git.
std::optional<GitIndex> read_git_index(const GitSeen& seen);

// One process; the queries' way.
asio::awaitable<base::Result<GitStatus>> read_git_status(Git git);

// The conditions under which an order may touch it, apart from its locks.
base::Result<> check_origin(const GitSeen& seen, const Spec& spec);
base::Result<> check_state(const GitSeen& seen, const Spec& spec);

Status to_status(const GitStatus& status);

class GitWorkingCopy final : public WorkingCopy {
 public:
  GitWorkingCopy(Spec spec, WorkingCopyOptions options)
      : spec_(std::move(spec)), options_(std::move(options)) {}

  asio::awaitable<base::Result<Status>> check(Io& io) override;
  asio::awaitable<base::Result<>> prepare(const std::string& revision, Io& io) override;
  asio::awaitable<base::Result<std::vector<std::string>>> refs_with(const std::string& revision, bool ask,
                                                                    Io& io) override;
  asio::awaitable<base::Result<>> check_signature(const std::string& revision, const Signers& signers,
                                                  Io& io) override;
  asio::awaitable<base::Result<>> switch_to(const std::string& revision, Io& io) override;
  asio::awaitable<void> tidy() override;

 private:
  using Differences = std::vector<GitDifference>;

  Git git(const Io& io) const;
  std::string branch() const { return spec_.branch.empty() && seen_ ? seen_->status.branch : spec_.branch; }
  FetchSource source() const;
  bool stands_on(const std::string& revision) const;
  bool must_discard() const;
  GitOrigin prepared(const Io& io) const;

  asio::awaitable<base::Result<>> clone(std::string revision, Io& io);
  asio::awaitable<base::Result<>> fill_clone(Git git, std::string revision);
  // None: the commit is not in the repository, or not all of it: a fetch that was killed leaves it without
  // its files.
  asio::awaitable<base::Result<std::optional<Differences>>> differences(const Git& git, std::string revision);
  asio::awaitable<base::Result<Differences>> bring(const Git& git, std::string revision);
  asio::awaitable<base::Result<bool>> compare_into(const Git& git, std::string revision,
                                                   base::Result<std::optional<Differences>>& found);
  // Makes sure that all local changes are known that the differences could meet.
  asio::awaitable<base::Result<>> search(const Git& git, const Differences& differences);
  base::Result<> check_files(const Differences& differences) const;
  asio::awaitable<base::Result<>> check_commits(const Git& git, std::string revision);

  base::Result<> check_unmoved() const;
  asio::awaitable<base::Result<>> save_patch(const Git& git, Io& io);
  asio::awaitable<base::Result<>> save_commits(const Git& git, Io& io);
  asio::awaitable<base::Result<>> reset(const Git& git, std::string revision, Io& io);
  asio::awaitable<base::Result<>> discard_and_reset(const Git& git, std::string revision, Io& io);
  asio::awaitable<base::Result<>> update_submodules(const Git& git);

  Spec spec_;
  WorkingCopyOptions options_;
  Place place_;
  std::optional<GitSeen> seen_;
  std::optional<Staging> staging_;
  bool drops_commits_ = false;
  bool switched_ = false;
};

}  // namespace slipway::vcs
