// The steps of an order on a path with the layout "releases": see vcs.h for what each may do, and
// docs/adr/0010-releases.md for how.
#pragma once

#include "base/unique_fd.h"
#include "vcs/release_build.h"
#include "vcs/release_place.h"
#include "vcs/vcs.h"

namespace slipway::vcs {

class ReleasesWorkingCopy final : public WorkingCopy {
 public:
  ReleasesWorkingCopy(Spec spec, WorkingCopyOptions options);

  asio::awaitable<base::Result<Status>> check(Io& io) override;
  asio::awaitable<base::Result<>> prepare(const std::string& revision, Io& io) override;
  asio::awaitable<base::Result<std::vector<std::string>>> refs_with(const std::string& revision, bool ask,
                                                                    Io& io) override;
  asio::awaitable<base::Result<>> check_signature(const std::string& revision, const Signers& signers,
                                                  Io& io) override;
  asio::awaitable<base::Result<>> switch_to(const std::string& revision, Io& io) override;
  std::optional<fs::path> hook_directory() const override;
  std::optional<fs::path> release() const override;
  bool can_switch_back() const override;
  asio::awaitable<base::Result<std::string>> switch_back(Io& io) override;
  asio::awaitable<void> conclude(bool good, Io& io) override;
  asio::awaitable<void> tidy() override;

 private:
  const ReleaseBook& book() const { return place_.book; }
  bool is_current(const Release& release) const { return release.name == place_.current; }

  base::Result<> check_spec();
  asio::awaitable<base::Result<>> lock(Io& io);
  asio::awaitable<base::Result<>> look();
  base::Result<> check_changes() const;
  base::Result<> tell_changes(Io& io) const;

  asio::awaitable<bool> is_usable(Release release, std::string revision) const;
  asio::awaitable<std::optional<Release>> find_usable(std::string revision) const;
  std::vector<Release> current_first() const;
  std::vector<Donor> donors() const;
  asio::awaitable<base::Result<>> build(std::string revision, Io& io);
  asio::awaitable<base::Result<BuildPlan>> plan(const std::vector<ReleaseFile>& files, Io& io);
  asio::awaitable<base::Result<>> repair(Io& io);
  asio::awaitable<base::Result<>> make_room(Io& io) const;

  Spec spec_;
  WorkingCopyOptions options_;
  std::vector<std::string> shared_;
  std::unique_ptr<ReleaseContent> content_;
  ReleasePlace place_;                // as check() found it
  std::vector<std::string> changed_;  // files of the current release
  std::optional<Release> target_;
  bool built_ = false;     // the target was made by this order
  bool switched_ = false;  // the target is current now, and was not before
  bool went_back_ = false;
  base::UniqueFd lock_;  // until tidy() has ended
};

}  // namespace slipway::vcs
