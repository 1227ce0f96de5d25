#include <random>

#include "base/text.h"
#include "config_fixture.h"
#include "seed_example.h"

namespace slipway::server::config {
namespace {

// Whatever the text holds: problems stand inside of it, are told in order, and are texts that can be shown.
void expect_sound(std::string_view text) {
  const Loaded loaded = parse_config(text, "server.json");
  const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1;
  std::pair<std::size_t, std::size_t> last{1, 1};
  for (const Problem& problem : loaded.problems) {
    EXPECT_LE(problem.line, lines) << text;
    EXPECT_LE(last, std::pair(problem.line, problem.column)) << text;
    EXPECT_TRUE(base::is_utf8(problem.text)) << text;
    EXPECT_THAT(problem.text, testing::Not(testing::HasSubstr("\n")));
    last = {problem.line, problem.column};
  }
}

TEST(Robustness, EveryBeginningOfAFileIsRefusedOrAccepted) {
  const std::size_t end = seed_example.rfind('}');
  for (std::size_t length = 0; length <= end; ++length) {
    const std::string_view beginning = seed_example.substr(0, length);
    expect_sound(beginning);
    EXPECT_FALSE(parse_config(beginning, "server.json").ok()) << length;
  }
}

TEST(Robustness, FlippedBytesNeverCrash) {
  std::mt19937 random{20261123};
  for (int round = 0; round < 3000; ++round) {
    std::string text{seed_example};
    const std::size_t flips = 1 + random() % 4;
    for (std::size_t flip = 0; flip < flips; ++flip)
      text[random() % text.size()] = static_cast<char>(random());
    expect_sound(text);
  }
}

TEST(Robustness, MovedPiecesNeverCrash) {
  std::mt19937 random{7};
  for (int round = 0; round < 2000; ++round) {
    std::string text{seed_example};
    const std::string piece = text.substr(random() % text.size(), random() % 60);
    text.replace(random() % text.size(), std::min<std::size_t>(text.size(), random() % 3 * 20), piece);
    expect_sound(text);
  }
}

// Each of these would take minutes if a step took time with the square of the length.
TEST(Robustness, LongFilesTakeNoMoreThanTheirLength) {
  const auto repeated = [](std::string_view piece) {
    std::string text = "{\"apps\": [";
    while (text.size() < 100'000) text += piece;
    return text;
  };
  expect_sound(repeated("0,") + "0]}");
  expect_sound(repeated("{\"x\":1,\"x\":2},") + "]}");
  expect_sound("{\"" + std::string(100'000, 'k') + "\": 1}");
  expect_sound(repeated("/*") + "*/]}");
  std::string keys = "{";
  for (int key = 0; key < 20'000; ++key) keys += fmt::format("\"{}\":{},", key % 10'000, key);
  expect_sound(keys + "}");
}

}  // namespace
}  // namespace slipway::server::config
