// What the policy of this host demands while an order is carried out. That it may be accepted at all was
// decided before (policy/judge.h); here is what only shows then: where the path leads to now, where the
// revision comes from, and how much is printed.
#include <algorithm>

#include "agent/policy/pattern.h"
#include "agent/steps.h"
#include "base/size.h"
#include "base/text.h"

namespace slipway::agent {

Steps::Outcome Steps::rejected(policy::Refusal refusal) const {
  refusal.file = permit_->grant.file;
  return {.state = wire::StepState::failed, .reason = refusal.message(), .rejected = true};
}

// Before every step: between two of them a link may have been put in the place of a folder.
std::optional<Steps::Outcome> Steps::forbidden() const {
  if (permit_ == nullptr) return std::nullopt;
  const auto place = policy::check_place(permit_->grant, order_.target);
  return place ? std::nullopt : std::optional(rejected(place.error()));
}

// After `fetch`: the revision is on this host, and nothing was switched.
asio::awaitable<Steps::Outcome> Steps::vouch() {
  if (permit_ == nullptr) co_return Outcome{};
  if (auto no = forbidden()) co_return std::move(*no);
  const auto on_ref = co_await is_on_allowed_ref();
  if (!on_ref) co_return failed(on_ref.error());
  if (!*on_ref) {
    co_return rejected({"refs", fmt::format("the commit {} is on no allowed branch or tag of the repository",
                                            base::shorten(base::printable(order_.revision), 40))});
  }
  if (!permit_->grant.wants_signature()) co_return Outcome{};
  const auto good = co_await working_copy_.check_signature(order_.revision, permit_->signers, io_);
  if (good) co_return Outcome{};
  if (stop_.requested()) co_return cancelled();
  co_return rejected({"require_signed_commits", base::mask_credentials(good.error().message)});
}

// What was known of the repository before may be old: only then it is asked.
asio::awaitable<base::Result<bool>> Steps::is_on_allowed_ref() {
  const policy::Patterns& allowed = permit_->grant.refs;
  if (allowed.empty()) co_return true;
  for (const bool ask : {false, true}) {
    const auto refs = co_await working_copy_.refs_with(order_.revision, ask, io_);
    if (!refs) co_return std::unexpected(refs.error());
    const bool found =
        std::ranges::any_of(*refs, [&](const std::string& ref) { return policy::any_matches(allowed, ref); });
    if (found) co_return true;
  }
  co_return false;
}

// The beginning is kept: it tells how the trouble began. An error ends the step.
base::Result<> Steps::keep_output(wire::OutputStream stream, std::string_view bytes) {
  const std::uint64_t limit = permit_ == nullptr ? 0 : permit_->grant.output;
  if (limit == 0) return spool_.output(stream, bytes);
  const std::uint64_t room = limit - std::min(limit, printed_);
  std::string_view kept = bytes.substr(0, room);
  kept.remove_suffix(kept.size() < bytes.size() ? base::unfinished_utf8_tail(kept) : 0);
  printed_ += bytes.size();
  if (!kept.empty()) {
    if (auto written = spool_.output(stream, kept); !written) return written;
  }
  if (kept.size() == bytes.size()) return {};
  const std::string sentence = fmt::format(
      "the order printed more than {}, which is all that the policy of this host keeps (rule "
      "\"limits\"); it was stopped",
      base::format_size(limit));
  spool_.note(sentence);
  return base::fail(base::ErrorCode::invalid, "{}", sentence);
}

}  // namespace slipway::agent
