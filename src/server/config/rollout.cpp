#include "server/config/rollout.h"

#include <array>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"

namespace slipway::server::config {
namespace {

using boost::json::value;

constexpr std::int64_t most_nodes = 100'000;
constexpr base::Millis longest_pause = std::chrono::days{7};

template <class Enum, std::size_t Count>
using Words = std::array<std::pair<std::string_view, Enum>, Count>;

constexpr Words<OnFailure, 3> on_failure_words{
    {{"stop", OnFailure::stop}, {"continue", OnFailure::proceed}, {"rollback", OnFailure::rollback}}};
constexpr Words<Offline, 3> offline_words{
    {{"fail", Offline::fail}, {"skip", Offline::skip}, {"wait", Offline::wait}}};

std::string shown(const value& found) {
  return base::printable(base::shorten(boost::json::serialize(found), 60));
}

base::Result<std::int64_t> whole_number(const value& from, std::int64_t least) {
  boost::system::error_code error;
  const bool whole = from.is_int64() || from.is_uint64();
  const std::int64_t number = whole ? from.to_number<std::int64_t>(error) : 0;
  if (whole && !error && number >= least && number <= most_nodes) return number;
  return base::fail(base::ErrorCode::invalid, "expected a whole number from {} to {}, found {}", least,
                    most_nodes, shown(from));
}

base::Result<> read_count(const value& from, std::uint32_t& count) {
  const auto number = whole_number(from, 0);
  if (!number) return std::unexpected(number.error());
  count = static_cast<std::uint32_t>(*number);
  return {};
}

std::optional<std::uint32_t> percentage(std::string_view text) {
  std::uint32_t percent = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), percent);
  const bool whole = error == std::errc{} && std::string_view(end, text.data() + text.size()) == "%";
  return whole && percent >= 1 && percent <= 100 ? std::optional(percent) : std::nullopt;
}

base::Result<> read_batch(const value& from, Batch& batch) {
  if (from.is_string()) {
    if (const auto percent = percentage(from.get_string())) {
      batch = {*percent, true};
      return {};
    }
  } else if (const auto number = whole_number(from, 1)) {
    batch = {static_cast<std::uint32_t>(*number), false};
    return {};
  }
  return base::fail(
      base::ErrorCode::invalid,
      "expected a number of nodes from 1 on, or a part of them from \"1%\" to \"100%\", found {}",
      shown(from));
}

base::Result<base::Millis> read_duration(const value& from) {
  if (from.is_string()) {
    const auto duration = base::parse_duration(from.get_string());
    if (duration && *duration <= longest_pause) return *duration;
  } else if (from.is_int64() && from.get_int64() >= 0 && from.get_int64() <= longest_pause.count() / 1000) {
    return std::chrono::seconds{from.get_int64()};
  }
  return base::fail(base::ErrorCode::invalid, "expected a duration such as \"30s\", at most 7 days, found {}",
                    shown(from));
}

base::Result<> read_pause(const value& from, Rollout& rollout) {
  const bool confirm = from.is_string() && from.get_string() == "confirm";
  const auto duration = confirm ? base::Result<base::Millis>{base::Millis{0}} : read_duration(from);
  if (!duration)
    return base::fail(base::ErrorCode::invalid,
                      "expected a duration such as \"30s\", at most 7 days, or \"confirm\", found {}",
                      shown(from));
  rollout.confirm = confirm;
  rollout.pause = *duration;
  return {};
}

base::Result<> read_wait(const value& from, base::Millis& result) {
  const auto duration = read_duration(from);
  if (!duration) return std::unexpected(duration.error());
  result = *duration;
  return {};
}

base::Result<> read_flag(const value& from, bool& flag) {
  if (!from.is_bool())
    return base::fail(base::ErrorCode::invalid, "expected true or false, found {}", shown(from));
  flag = from.get_bool();
  return {};
}

template <class Enum, std::size_t Count>
base::Result<> read_word(const value& from, const Words<Enum, Count>& words, Enum& result) {
  std::string known;
  for (const auto& [word, meaning] : words) {
    if (from.is_string() && from.get_string() == word) {
      result = meaning;
      return {};
    }
    known += fmt::format("{}\"{}\"", known.empty() ? "" : ", ", word);
  }
  return base::fail(base::ErrorCode::invalid, "expected one of {}, found {}", known, shown(from));
}

template <class Enum, std::size_t Count>
std::string_view word_of(Enum meaning, const Words<Enum, Count>& words) {
  for (const auto& [word, one] : words) {
    if (one == meaning) return word;
  }
  return words.front().first;
}

const std::vector<std::string> known_keys{"canary",       "batch",         "pause",
                                          "max_failed",   "on_failure",    "offline",
                                          "offline_wait", "prepare_first", "catch_up"};

}  // namespace

base::Result<> set(Rollout& rollout, std::string_view key, const value& from) {
  if (key == "canary") return read_count(from, rollout.canary);
  if (key == "batch") return read_batch(from, rollout.batch);
  if (key == "pause") return read_pause(from, rollout);
  if (key == "max_failed") return read_count(from, rollout.max_failed);
  if (key == "on_failure") return read_word(from, on_failure_words, rollout.on_failure);
  if (key == "offline") return read_word(from, offline_words, rollout.offline);
  if (key == "offline_wait") return read_wait(from, rollout.offline_wait);
  if (key == "prepare_first") return read_flag(from, rollout.prepare_first);
  if (key == "catch_up") return read_flag(from, rollout.catch_up);
  const std::string meant = base::nearest(key, known_keys);
  return base::fail(base::ErrorCode::invalid, "is not known{}",
                    meant.empty() ? "; expected one of " + base::join(known_keys, ", ")
                                  : fmt::format("; did you mean \"{}\"?", meant));
}

base::Result<> set_all(Rollout& rollout, const boost::json::object& values) {
  for (const auto& [key, from] : values) {
    if (auto done = set(rollout, key, from); !done)
      return std::unexpected(done.error().context(base::printable(key)));
  }
  return {};
}

boost::json::object to_json(const Rollout& rollout) {
  value batch = rollout.batch.size;
  if (rollout.batch.percent) batch = fmt::format("{}%", rollout.batch.size);
  return {{"canary", rollout.canary},
          {"batch", std::move(batch)},
          {"pause", rollout.confirm ? "confirm" : base::format_duration(rollout.pause)},
          {"max_failed", rollout.max_failed},
          {"on_failure", word_of(rollout.on_failure, on_failure_words)},
          {"offline", word_of(rollout.offline, offline_words)},
          {"offline_wait", base::format_duration(rollout.offline_wait)},
          {"prepare_first", rollout.prepare_first},
          {"catch_up", rollout.catch_up}};
}

}  // namespace slipway::server::config
