// The configuration that is in force, and its one owner. A reload puts another in its place as a whole;
// whoever is in the middle of something holds on to the one that he began with.
//
//   const config::AppPtr app = current.find_app("shop");   // lives on, whatever is reloaded
//
// One thread: the event loop's.
#pragma once

#include <memory>
#include <string_view>
#include <utility>

#include "server/config/config.h"

namespace slipway::server::config {

using ConfigPtr = std::shared_ptr<const Config>;
// An app, which keeps the configuration that it is a part of; null: there is none of that name.
using AppPtr = std::shared_ptr<const App>;

AppPtr find_app(const ConfigPtr& config, std::string_view name);

class Current {
 public:
  explicit Current(Config config) : config_(std::make_shared<const Config>(std::move(config))) {}
  Current(const Current&) = delete;
  Current& operator=(const Current&) = delete;

  const ConfigPtr& get() const { return config_; }
  AppPtr find_app(std::string_view name) const { return config::find_app(config_, name); }

  // Those who have to know of it are told by the caller.
  void replace(Config config) { config_ = std::make_shared<const Config>(std::move(config)); }

 private:
  ConfigPtr config_;
};

}  // namespace slipway::server::config
