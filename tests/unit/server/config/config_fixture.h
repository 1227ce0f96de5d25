// What the tests of the configuration share.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "server/config/config.h"

namespace slipway::server::config {

using testing::ElementsAre;
using testing::IsEmpty;

// The problems as a person reads them: "LINE:COL: text".
inline std::vector<std::string> problems_of(std::string_view text) {
  std::vector<std::string> lines;
  for (const Problem& problem : parse_config(text, "/etc/slipway/server.json").problems) {
    lines.push_back(describe(problem, "s").substr(2));
  }
  return lines;
}

// A configuration with one git app whose node is on this machine; `app` and `node` stand before their other
// keys.
inline std::string config_with(std::string_view app, std::string_view node = "") {
  std::string text = "{\"apps\": [{\n";
  text.append(app).append("\n\"name\": \"a\", \"type\": \"git\", \"node\": [{\n").append(node);
  return text.append("\n\"alias\": \"n\", \"addr\": \"127.0.0.1:8081\", \"path\": \"/w\"}]}]}");
}

// The same without the keys that the caller writes.
inline std::string config_with_app(std::string_view app) {
  std::string text = "{\"apps\": [{\n";
  return text.append(app).append(
      "\n\"node\": [{\"alias\": \"n\", \"addr\": \"[::1]:1\", \"path\": \"/w\"}]}]}");
}

inline std::string config_with_node(std::string_view node) {
  std::string text = "{\"apps\": [{\"name\": \"a\", \"type\": \"git\", \"node\": [{\n";
  return text.append(node).append("}]}]}");
}

}  // namespace slipway::server::config
