// switch_to() and what follows it in the layout "releases".
#include "base/text.h"
#include "vcs/place.h"
#include "vcs/release_cleaning.h"
#include "vcs/release_repair.h"
#include "vcs/releases_working_copy.h"

namespace slipway::vcs {
namespace {

using base::ErrorCode;

std::string shown(const fs::path& path) {
  return base::printable(path.string());
}

}  // namespace

std::optional<fs::path> ReleasesWorkingCopy::release() const {
  if (!target_) return std::nullopt;
  return book().directory(went_back_ ? place_.current : target_->name);
}

std::optional<fs::path> ReleasesWorkingCopy::hook_directory() const {
  if (!target_) return std::nullopt;
  return switched_ || went_back_ || is_current(*target_) ? book().root() / "current"
                                                         : book().directory(target_->name);
}

asio::awaitable<base::Result<std::vector<std::string>>> ReleasesWorkingCopy::refs_with(
    const std::string& revision, bool ask, Io& io) {
  auto origin = co_await content_->origin_of(revision, io);
  if (!origin) co_return std::unexpected(origin.error());
  co_return co_await vcs::refs_with(std::move(*origin), revision, ask);
}

// A release that is still there is looked at like a new one: it may be older than the rule.
asio::awaitable<base::Result<>> ReleasesWorkingCopy::check_signature(const std::string& revision,
                                                                     const Signers& signers, Io& io) {
  auto origin = co_await content_->origin_of(revision, io);
  if (!origin) co_return std::unexpected(origin.error());
  co_return co_await vcs::check_signature(std::move(origin->git), revision, signers);
}

asio::awaitable<base::Result<>> ReleasesWorkingCopy::switch_to(const std::string& revision, Io& io) {
  if (!target_ || target_->revision != revision)
    co_return base::fail(ErrorCode::conflict, "nothing was prepared in {}", shown(book().root()));
  if (is_current(*target_)) co_return base::Result<>{};
  const std::string now = current_release(book());
  if (now != place_.current) {
    co_return base::fail(ErrorCode::conflict,
                         "somebody switched {}/current to {} since the check (a hook?); nothing was switched",
                         shown(book().root()), now.empty() ? "nothing" : now);
  }
  if (!is_there(book().directory(target_->name))) {
    co_return base::fail(ErrorCode::conflict, "the release {} was removed since it was prepared (a hook?)",
                         shown(book().directory(target_->name)));
  }
  // Before anybody is led to it: what is served now must not be what a hook made of it.
  if (auto repaired = co_await repair(io); !repaired) co_return repaired;
  const auto current = book().find(place_.current);
  const bool is_good = current && current->state == ReleaseState::good;
  auto done = make_current(book(), target_->name, is_good ? place_.current : "");
  switched_ = done.has_value();
  co_return done;
}

bool ReleasesWorkingCopy::can_switch_back() const {
  return switched_ && !place_.current.empty() && is_there(book().directory(place_.current));
}

asio::awaitable<base::Result<std::string>> ReleasesWorkingCopy::switch_back(Io&) {
  const auto before = can_switch_back() ? book().find(place_.current) : std::nullopt;
  if (!before) co_return base::fail(ErrorCode::conflict, "there is no earlier release to go back to");
  if (auto done = make_current(book(), before->name, place_.previous); !done)
    co_return std::unexpected(done.error());
  switched_ = false;
  went_back_ = true;
  co_return before->revision;
}

asio::awaitable<base::Result<>> ReleasesWorkingCopy::repair(Io& io) {
  auto done = co_await repair_others(book(), *target_, *content_, io);
  content_ = make_release_content(spec_, options_.cache_directory);
  co_return done;
}

asio::awaitable<void> ReleasesWorkingCopy::conclude(bool good, Io& io) {
  if (!target_) co_return;
  // Also after a stop: the other releases are to be served.
  Io unstopped{.output = io.output, .note = io.note, .timeout = io.timeout};
  if (auto repaired = co_await repair(unstopped); !repaired) (void)io.note(repaired.error().message);
  const bool keeps_state = target_->state == ReleaseState::good || (!good && !built_);
  if (keeps_state) co_return;
  // One that is not even complete is of no use to anyone.
  const bool complete = target_->state != ReleaseState::building;
  base::Result<> marked;
  if (complete) marked = book().mark(*target_, good ? ReleaseState::good : ReleaseState::failed);
  if (!marked) (void)io.note(marked.error().message);
  if (!good && complete && spec_.releases->keep_failed && !switched_)
    (void)io.note(fmt::format("the failed release is kept: {}", shown(book().directory(target_->name))));
}

asio::awaitable<void> ReleasesWorkingCopy::tidy() {
  if (lock_) co_await clean_releases(book(), *spec_.releases, [](std::string_view) {});
  lock_.reset();
  co_await content_->tidy();
}

}  // namespace slipway::vcs
