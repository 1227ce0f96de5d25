#include "base/text.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace slipway::base {
namespace {

const std::string mark = "\xef\xbf\xbd";

std::string marks(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += mark;
  return text;
}

struct Utf8Case {
  std::string_view what;
  std::string_view bytes;
  std::string expected;  // of to_utf8
};

class IllFormed : public testing::TestWithParam<Utf8Case> {};

TEST_P(IllFormed, IsRefused) {
  EXPECT_FALSE(is_utf8(GetParam().bytes)) << GetParam().what;
}

TEST_P(IllFormed, IsReplaced) {
  EXPECT_EQ(to_utf8(GetParam().bytes), GetParam().expected) << GetParam().what;
}

TEST_P(IllFormed, KeepsItsNeighbours) {
  const std::string around = "a" + std::string(GetParam().bytes) + "b";
  EXPECT_EQ(to_utf8(around), "a" + GetParam().expected + "b") << GetParam().what;
}

TEST_P(IllFormed, BecomesValid) {
  EXPECT_TRUE(is_utf8(to_utf8(GetParam().bytes))) << GetParam().what;
}

// Unicode 15, table 3-7 and the examples of tables 3-8 to 3-11.
INSTANTIATE_TEST_SUITE_P(
    Utf8, IllFormed,
    testing::Values(Utf8Case{"a continuation byte alone", "\x80", marks(1)},
                    Utf8Case{"the last continuation byte", "\xbf", marks(1)},
                    Utf8Case{"overlong, two bytes", "\xc0\xaf", marks(2)},
                    Utf8Case{"overlong, highest", "\xc1\xbf", marks(2)},
                    Utf8Case{"overlong, three bytes", "\xe0\x80\xaf", marks(3)},
                    Utf8Case{"overlong, three bytes, highest", "\xe0\x9f\xbf", marks(3)},
                    Utf8Case{"overlong, four bytes", "\xf0\x80\x80\xaf", marks(4)},
                    Utf8Case{"overlong, four bytes, highest", "\xf0\x8f\xbf\xbf", marks(4)},
                    Utf8Case{"the first surrogate", "\xed\xa0\x80", marks(3)},
                    Utf8Case{"the last surrogate", "\xed\xbf\xbf", marks(3)},
                    Utf8Case{"a surrogate pair", "\xed\xa0\xbd\xed\xb8\x80", marks(6)},
                    Utf8Case{"beyond U+10FFFF", "\xf4\x90\x80\x80", marks(4)},
                    Utf8Case{"lead byte F5", "\xf5\x80\x80\x80", marks(4)},
                    Utf8Case{"a lead byte of five bytes", "\xf8\x88\x80\x80\x80", marks(5)},
                    Utf8Case{"byte FE", "\xfe", marks(1)}, Utf8Case{"byte FF", "\xff", marks(1)},
                    Utf8Case{"two bytes, cut", "\xc3", marks(1)},
                    Utf8Case{"three bytes, cut after one", "\xe2", marks(1)},
                    Utf8Case{"three bytes, cut after two", "\xe2\x82", marks(1)},
                    Utf8Case{"four bytes, cut after three", "\xf0\x9f\x98", marks(1)},
                    Utf8Case{"cut in front of another", "\xe2\x82\xe2\x82", marks(2)},
                    Utf8Case{"cut in front of ASCII",
                             "\xf0\x9f"
                             "A",
                             mark + "A"}));

TEST(Utf8, AcceptsTheBordersOfEveryRow) {
  using namespace std::string_view_literals;
  for (const std::string_view text :
       {""sv, "\0"sv, "\x7f"sv, "\xc2\x80"sv, "\xdf\xbf"sv, "\xe0\xa0\x80"sv, "\xec\xbf\xbf"sv,
        "\xed\x80\x80"sv, "\xed\x9f\xbf"sv, "\xee\x80\x80"sv, "\xef\xbf\xbf"sv, "\xf0\x90\x80\x80"sv,
        "\xf3\xbf\xbf\xbf"sv, "\xf4\x8f\xbf\xbf"sv, "plain ä € 😀"sv}) {
    EXPECT_TRUE(is_utf8(text)) << testing::PrintToString(text);
    EXPECT_EQ(to_utf8(text), text);
  }
}

TEST(UnfinishedTail, IsWhatTheRestOfACharacterMayFollow) {
  const std::vector<std::pair<std::string_view, std::size_t>> cases{{"", 0},
                                                                    {"abc", 0},
                                                                    {"a\xc3", 1},
                                                                    {"a\xc3\xa4", 0},
                                                                    {"a\xe2", 1},
                                                                    {"a\xe2\x82", 2},
                                                                    {"a\xe2\x82\xac", 0},
                                                                    {"\xf0", 1},
                                                                    {"\xf0\x9f", 2},
                                                                    {"\xf0\x9f\x98", 3},
                                                                    {"\xf0\x9f\x98\x80", 0},
                                                                    {"\xff", 0},
                                                                    {"\x80\x80\x80\x80", 0},
                                                                    {"\xe0\x80", 0},
                                                                    {"\xed\xa0", 0},
                                                                    {"\xc0", 0}};
  for (const auto& [bytes, tail] : cases)
    EXPECT_EQ(unfinished_utf8_tail(bytes), tail) << testing::PrintToString(bytes);
}

TEST(UnfinishedTail, LetsAStreamBeCutAnywhere) {
  const std::string text = "aä€😀b";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    const std::size_t held = unfinished_utf8_tail(text.substr(0, cut));
    EXPECT_TRUE(is_utf8(text.substr(0, cut - held))) << cut;
    EXPECT_TRUE(is_utf8(text.substr(cut - held))) << cut;
  }
}

TEST(Shorten, LeavesAloneWhatFits) {
  EXPECT_EQ(shorten("", 5), "");
  EXPECT_EQ(shorten("abcde", 5), "abcde");
}

TEST(Shorten, SaysThatSomethingWasCut) {
  EXPECT_EQ(shorten("abcdefgh", 6), "abc…");
}

TEST(Shorten, CutsBetweenCharacters) {
  EXPECT_EQ(shorten("ää€ and more", 8), "ää…");
  EXPECT_EQ(shorten("😀😀 and more", 9), "😀…");
}

TEST(Shorten, NeverExceedsItsLimitWhateverTheBytes) {
  const std::vector<std::string> texts{std::string(50, '\xff'), std::string(50, 'a'), "€€€€€€€€€€€€",
                                       "\xe2\x82"
                                       "abc\xf0\x9f\x98"};
  for (const std::string& text : texts) {
    for (std::size_t limit = 0; limit < 40; ++limit) {
      const std::string shortened = shorten(text, limit);
      EXPECT_LE(shortened.size(), limit) << testing::PrintToString(text);
      EXPECT_TRUE(is_utf8(shortened)) << testing::PrintToString(text) << " " << limit;
    }
  }
}

TEST(Printable, IsOneLineWithoutControlCharacters) {
  EXPECT_EQ(printable("a\nb\tc\rd"), "a\\nb\\tc\\rd");
  EXPECT_EQ(printable("\x1b[31mred\x7f"), "\\x1b[31mred\\x7f");
  EXPECT_EQ(printable(std::string_view("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(printable("ä\xff"), "ä" + mark);
}

TEST(Printable, IsCutAtAThousandBytes) {
  EXPECT_EQ(printable(std::string(5000, 'x')), std::string(997, 'x') + "…");
}

struct MaskCase {
  std::string_view text;
  std::string_view expected;
};

class MaskCredentials : public testing::TestWithParam<MaskCase> {};

TEST_P(MaskCredentials, HidesWhatStandsBeforeTheHost) {
  EXPECT_EQ(mask_credentials(GetParam().text), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, MaskCredentials,
    testing::Values(MaskCase{"", ""}, MaskCase{"no URL here, a@b", "no URL here, a@b"},
                    MaskCase{"https://user:password@host/x", "https://***@host/x"},
                    MaskCase{"https://token@host/x", "https://***@host/x"},
                    MaskCase{"https://:password@host", "https://***@host"},
                    MaskCase{"https://user:@host", "https://***@host"},
                    MaskCase{"https://@host", "https://***@host"},
                    MaskCase{"svn+ssh://me@host/repo", "svn+ssh://***@host/repo"},
                    MaskCase{"https://user:p@ss@host/x", "https://***@host/x"},
                    MaskCase{"https://u:p%2Fq@host/", "https://***@host/"},
                    MaskCase{"https://u:p@[::1]:8443/x", "https://***@[::1]:8443/x"},
                    MaskCase{"fatal: unable to access 'https://u:p@host/': 403",
                             "fatal: unable to access 'https://***@host/': 403"},
                    MaskCase{"a https://u:p@one/ and http://v:q@two/ b",
                             "a https://***@one/ and http://***@two/ b"},
                    MaskCase{"https://u:p@one/,https://v:q@two/", "https://***@one/,https://***@two/"},
                    MaskCase{"(\"https://u:p@host\")", "(\"https://***@host\")"},
                    MaskCase{"https://host/path@4", "https://host/path@4"},
                    MaskCase{"https://host?mail=a@b", "https://host?mail=a@b"},
                    MaskCase{"https://host#a@b", "https://host#a@b"},
                    MaskCase{"https://host and a@b", "https://host and a@b"},
                    MaskCase{"https://host\na@b", "https://host\na@b"},
                    MaskCase{"https://x and https://u:p@y", "https://x and https://***@y"},
                    MaskCase{"://u:p@host", "://u:p@host"}, MaskCase{"https://", "https://"},
                    MaskCase{"https://user:password@", "https://***@"}));

TEST(Join, PutsTheSeparatorBetween) {
  EXPECT_EQ(join({}, ", "), "");
  EXPECT_EQ(join({"a"}, ", "), "a");
  EXPECT_EQ(join({"a", "", "c"}, ", "), "a, , c");
}

TEST(Nearest, FindsTheWordThatWasMeant) {
  const std::vector<std::string> known{"listen_http", "data_dir", "apps", "debug"};
  EXPECT_EQ(nearest("listen_htp", known), "listen_http");
  EXPECT_EQ(nearest("datadir", known), "data_dir");
  EXPECT_EQ(nearest("aps", known), "apps");
  EXPECT_EQ(nearest("apps", known), "apps");
}

TEST(Nearest, SaysNothingWhereNothingIsNear) {
  EXPECT_EQ(nearest("timeout", {"apps", "debug"}), "");
  EXPECT_EQ(nearest("xy", {"apps"}), "");
  EXPECT_EQ(nearest("apps", {}), "");
}

TEST(Trim, RemovesWhiteSpaceAtBothEnds) {
  EXPECT_EQ(trim(" \t a b \r\n\v\f"), "a b");
  EXPECT_EQ(trim("ab"), "ab");
  EXPECT_EQ(trim(" \n "), "");
  EXPECT_EQ(trim(""), "");
}

}  // namespace
}  // namespace slipway::base
