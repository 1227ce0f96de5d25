#include "base/size.h"

#include <gtest/gtest.h>

namespace slipway::base {
namespace {

constexpr std::uint64_t gib = std::uint64_t{1} << 30U;

TEST(Size, IsReadWithBinaryAndDecimalUnits) {
  EXPECT_EQ(parse_size("2GiB"), 2 * gib);
  EXPECT_EQ(parse_size("64 KiB"), 65'536U);
  EXPECT_EQ(parse_size("10gb"), 10'000'000'000U);
  EXPECT_EQ(parse_size("3TiB"), 3072 * gib);
  EXPECT_EQ(parse_size("12B"), 12U);
  EXPECT_EQ(parse_size("1048576"), 1'048'576U);
  EXPECT_EQ(parse_size("0"), 0U);
}

TEST(Size, OfAnotherFormIsRefusedWithASentence) {
  for (const char* text : {"", "GiB", "-1GiB", "1.5GiB", "2 gibi", "2GiBs", "1e9", " 2GiB"}) {
    const auto size = parse_size(text);
    ASSERT_FALSE(size) << text;
    EXPECT_NE(size.error().message.find("is not a size like"), std::string::npos) << size.error().message;
  }
}

TEST(Size, ThatOverflowsIsRefused) {
  for (const char* text : {"9000000TiB", "99999999999999999999999", "8388608TiB"}) {
    const auto size = parse_size(text);
    ASSERT_FALSE(size) << text;
    EXPECT_NE(size.error().message.find("more than any disk holds"), std::string::npos);
  }
}

TEST(Size, IsWrittenSoThatItIsReadBack) {
  EXPECT_EQ(format_size(2 * gib), "2GiB");
  EXPECT_EQ(format_size(gib + gib / 2), "1536MiB");
  EXPECT_EQ(format_size(1000), "1000B");
  EXPECT_EQ(format_size(0), "0B");
  for (const std::uint64_t bytes : {std::uint64_t{1}, std::uint64_t{1023}, 5 * gib, 1024 * gib, 3 * gib + 1})
    EXPECT_EQ(parse_size(format_size(bytes)), bytes);
}

}  // namespace
}  // namespace slipway::base
