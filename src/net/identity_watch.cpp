#include "net/identity_watch.h"

#include "async/event.h"

namespace slipway::net {
namespace {

constexpr std::chrono::seconds look_every{2};

}  // namespace

IdentityWatch::IdentityWatch(fs::path directory, Tls tls, base::Logger log, std::function<void()> announced)
    : directory_(std::move(directory)), tls_(std::move(tls)), log_(std::move(log)), announced_([] {}) {
  look();
  announced_ = std::move(announced);
}

asio::awaitable<void> IdentityWatch::run() {
  for (;;) {
    co_await async::sleep_for(look_every);
    if (worth_a_look()) look();
  }
}

// Reading keys touches much code; whether a file has changed does not.
bool IdentityWatch::worth_a_look() {
  std::error_code ignored;
  const std::pair now{fs::last_write_time(directory_ / "key.pem", ignored),
                      fs::last_write_time(directory_ / "next" / "from", ignored)};
  const bool changed = std::exchange(seen_, now) != now;
  return changed || (from_ && *from_ <= base::now());
}

void IdentityWatch::look() {
  // Somebody who removes the files of a running program shall not get it another key by that.
  std::error_code ignored;
  if (!fs::exists(directory_ / "key.pem", ignored)) return;
  const auto now = open_identity_of_now(directory_);
  const auto next = now ? next_identity(directory_) : std::unexpected(now.error());
  if (!next) {
    if (std::exchange(told_, next.error().message) != next.error().message)
      log_->error("{}", next.error().message);
    return;
  }
  from_ = *next ? std::optional((*next)->from) : std::nullopt;
  const bool changed = take(*now);
  const auto key = *next ? std::optional((*next)->identity.fingerprint().text()) : std::nullopt;
  const bool another = std::exchange(next_key_, key) != key && key;
  if (another) log_->info("the next key is {}; it takes over {}", *key, base::to_rfc3339((*next)->from));
  if (changed || another) announced_();
}

bool IdentityWatch::take(const Identity& identity) {
  if (identity.fingerprint() == tls_.fingerprint()) return false;
  if (auto taken = tls_.change(identity); !taken) {
    log_->error("{}", taken.error().message);
    return false;
  }
  log_->info("the key is {} from now on", identity.fingerprint().text());
  return true;
}

}  // namespace slipway::net
