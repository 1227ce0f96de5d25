#include "server/config/current.h"

#include <gtest/gtest.h>

namespace slipway::server::config {
namespace {

Config with_app(std::string name, std::string branch) {
  Config config;
  config.apps = {{.name = std::move(name), .branch = std::move(branch)}};
  return config;
}

TEST(Current, WhoHoldsAnAppKeepsItWhateverIsReloaded) {
  Current current{with_app("shop", "main")};
  const AppPtr app = current.find_app("shop");
  current.replace(with_app("blog", "next"));
  EXPECT_EQ(app->branch, "main");
  EXPECT_EQ(current.find_app("shop"), nullptr);
  EXPECT_EQ(current.find_app("blog")->branch, "next");
}

}  // namespace
}  // namespace slipway::server::config
