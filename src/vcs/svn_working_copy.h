// The steps of an order on a Subversion working copy: see vcs.h for what each may do.
#pragma once

#include "vcs/place.h"
#include "vcs/staging.h"
#include "vcs/svn_tool.h"
#include "vcs/vcs.h"

namespace slipway::vcs {

// svn info of the working copy in which `svn` runs; refuses what is none, and one of another url.
asio::awaitable<base::Result<SvnInfo>> read_svn_info(const Svn& svn, Spec spec);

Status to_status(const SvnInfo& info, const std::vector<SvnEntry>& entries);

class SvnWorkingCopy final : public WorkingCopy {
 public:
  SvnWorkingCopy(Spec spec, WorkingCopyOptions options)
      : spec_(std::move(spec)), options_(std::move(options)) {}

  asio::awaitable<base::Result<Status>> check(Io& io) override;
  asio::awaitable<base::Result<>> prepare(const std::string& revision, Io& io) override;
  asio::awaitable<base::Result<>> switch_to(const std::string& revision, Io& io) override;
  asio::awaitable<void> tidy() override;

 private:
  Svn svn(const Io& io) const;
  bool must_discard() const;

  asio::awaitable<base::Result<>> look(const Svn& svn);
  asio::awaitable<base::Result<>> clean_up(const Svn& svn, Io& io);
  base::Result<> check_state() const;

  asio::awaitable<base::Result<>> checkout(SvnRevision revision, Io& io);
  asio::awaitable<base::Result<bool>> stands_on(const Svn& svn, SvnRevision revision) const;
  asio::awaitable<base::Result<>> check_changes(const Svn& svn, std::vector<SvnChange> changes) const;

  asio::awaitable<base::Result<>> discard(const Svn& svn, Io& io);
  asio::awaitable<base::Result<>> update(const Svn& svn, SvnRevision revision);
  asio::awaitable<base::Error> conflicts_after(const Svn& svn, SvnRevision revision, std::string output);

  Spec spec_;
  WorkingCopyOptions options_;
  Place place_;
  SvnInfo info_;
  std::vector<SvnEntry> entries_;
  std::optional<Staging> staging_;
  bool nothing_to_do_ = false;
};

}  // namespace slipway::vcs
