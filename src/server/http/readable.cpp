#include "server/http/readable.h"

#include <boost/json.hpp>

namespace slipway::server::http {
namespace {

constexpr std::size_t max_known = 10'000;

store::EventPtr without_sentences(const store::Event& event) {
  auto plain = std::make_shared<store::Event>(event);
  plain->data = R"({"changes":[]})";
  return plain;
}

// {"app": "shop", …}; nothing where it has none, which is then nobody's.
std::string app_in(const std::string& data) {
  boost::system::error_code error;
  const auto parsed = boost::json::parse(data, error);
  if (error || !parsed.is_object()) return {};
  const auto* app = parsed.get_object().if_contains("app");
  return app != nullptr && app->is_string() ? std::string(app->get_string()) : std::string{};
}

}  // namespace

asio::awaitable<std::vector<store::EventPtr>> Readable::of(std::vector<store::EventPtr> events) {
  if (!apps_) co_return events;
  std::vector<store::EventPtr> readable;
  for (const store::EventPtr& event : events) {
    if (event->type == "config")
      readable.push_back(without_sentences(*event));
    else if (co_await may_read(*event))
      readable.push_back(event);
  }
  co_return readable;
}

asio::awaitable<bool> Readable::may_read(const store::Event& event) {
  if (event.deployment) co_return access::may_see(apps_, co_await app_of(*event.deployment));
  co_return access::may_see(apps_, app_in(event.data));
}

asio::awaitable<std::string> Readable::app_of(std::int64_t deployment) {
  if (const auto found = known_.find(deployment); found != known_.end()) co_return found->second;
  const auto app =
      co_await database_.run([deployment](store::Store& store) { return store.app_of(deployment); });
  if (known_.size() >= max_known) known_.clear();
  co_return known_[deployment] = app.value_or("");
}

}  // namespace slipway::server::http
