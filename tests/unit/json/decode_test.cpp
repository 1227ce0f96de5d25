#include <gtest/gtest.h>

#include <limits>
#include <string_view>

#include "json/map.h"

namespace slipway::json {
namespace {

using namespace std::string_view_literals;

BOOST_DEFINE_ENUM_CLASS(Colour, red, green)

struct Inner {
  std::string name;
  int depth = 0;
};
BOOST_DESCRIBE_STRUCT(Inner, (), (name, depth))

struct Everything {
  std::string text;
  bool flag = false;
  int number = 0;
  std::uint8_t small = 0;
  std::uint64_t large = 0;
  Colour colour = Colour::red;
  std::vector<Inner> list;
  std::map<std::string, Inner> by_name;
  std::optional<std::string> maybe;
  std::optional<Inner> inner;
};
BOOST_DESCRIBE_STRUCT(Everything, (), (text, flag, number, small, large, colour, list, by_name, maybe, inner))

struct Derived : Inner {
  bool extra = false;
};
BOOST_DESCRIBE_STRUCT(Derived, (Inner), (extra))

constexpr std::string_view whole =
    R"({"text":"ä","flag":true,"number":-5,"small":255,"large":18446744073709551615,
  "colour":"green","list":[{"name":"a","depth":1},{"name":"b","depth":2}],"by_name":{"k":{"name":"c","depth":3}},
  "maybe":"x","inner":{"name":"d","depth":4}})";

template <class T = Everything>
base::Result<T> read(std::string_view text, Strict strict = Strict::no) {
  auto parsed = parse(text);
  if (!parsed) return std::unexpected(parsed.error());
  return decode<T>(*parsed, strict);
}

// The error of the whole example with one member replaced.
std::string error_with(std::string_view member, std::string_view text, Strict strict = Strict::no) {
  auto fields = parse_object(whole).value();
  fields[member] = parse(text).value();
  const auto decoded = decode<Everything>(value(fields), strict);
  return decoded ? "no error" : decoded.error().message;
}

TEST(Decode, TakesEveryKindOfMember) {
  const auto decoded = read(whole);
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(decoded->text, "ä");
  EXPECT_TRUE(decoded->flag);
  EXPECT_EQ(decoded->number, -5);
  EXPECT_EQ(decoded->small, 255);
  EXPECT_EQ(decoded->large, std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(decoded->colour, Colour::green);
  ASSERT_EQ(decoded->list.size(), 2U);
  EXPECT_EQ(decoded->list[1].name, "b");
  EXPECT_EQ(decoded->by_name.at("k").depth, 3);
  EXPECT_EQ(decoded->maybe, "x");
  EXPECT_EQ(decoded->inner->depth, 4);
}

TEST(Decode, NamesEveryMemberThatIsMissing) {
  const auto fields = parse_object(whole).value();
  for (const std::string& name : member_names<Everything>()) {
    auto without = fields;
    without.erase(name);
    const auto decoded = decode<Everything>(value(without));
    if (name == "maybe" || name == "inner")
      EXPECT_TRUE(decoded) << name;
    else
      EXPECT_EQ(decoded.error().message, "\"" + name + "\" is missing");
  }
}

TEST(Decode, TakesNullForAnOptionalMemberOnly) {
  EXPECT_EQ(error_with("maybe", "null"), "no error");
  EXPECT_EQ(error_with("inner", "null"), "no error");
  EXPECT_EQ(error_with("text", "null"), "text: expected a string, found null");
}

TEST(Decode, SaysWhatItExpectedAndWhatItFound) {
  EXPECT_EQ(error_with("text", "1"), "text: expected a string, found a number");
  EXPECT_EQ(error_with("flag", "\"yes\""), "flag: expected true or false, found \"yes\"");
  EXPECT_EQ(error_with("number", "true"), "number: expected a whole number in range, found a truth value");
  EXPECT_EQ(error_with("list", "{}"), "list: expected a list, found an object");
  EXPECT_EQ(error_with("by_name", "[]"), "by_name: expected an object, found a list");
  EXPECT_EQ(error_with("inner", "[]"), "inner: expected an object, found a list");
  EXPECT_EQ(error_with("maybe", "3"), "maybe: expected a string, found a number");
}

TEST(Decode, TellsThePathToAMistake) {
  EXPECT_EQ(error_with("list", R"([{"name":"a","depth":1},{"name":"b"}])"), "list: 1: \"depth\" is missing");
  EXPECT_EQ(error_with("by_name", R"({"k":{"name":7,"depth":1}})"),
            "by_name: k: name: expected a string, found a number");
  EXPECT_EQ(error_with("inner", R"({"name":"a","depth":"deep"})"),
            "inner: depth: expected a whole number in range, found \"deep\"");
}

TEST(Decode, RefusesNumbersThatAreNotWholeOrOutOfRange) {
  for (const char* text :
       {"1.5", "1.0", "1e3", "2147483648", "-2147483649", "18446744073709551616", "\"1\""}) {
    EXPECT_TRUE(error_with("number", text).starts_with("number: expected a whole number in range")) << text;
  }
  for (const char* text : {"-1", "256"}) {
    EXPECT_TRUE(error_with("small", text).starts_with("small: expected a whole number in range")) << text;
  }
  EXPECT_TRUE(error_with("large", "-1").starts_with("large: expected a whole number in range"));
  EXPECT_EQ(error_with("number", "2147483647"), "no error");
  EXPECT_EQ(error_with("number", "-2147483648"), "no error");
}

TEST(Decode, KnowsOnlyTheNamesOfAnEnumeration) {
  EXPECT_EQ(error_with("colour", "\"blue\""), "colour: expected one of red, green, found \"blue\"");
  EXPECT_EQ(error_with("colour", "\"\""), "colour: expected one of red, green, found \"\"");
  EXPECT_EQ(error_with("colour", "0"), "colour: expected one of red, green, found a number");
  EXPECT_EQ(error_with("colour", "\"red\\u0000x\""),
            "colour: expected one of red, green, found \"red\\x00x\"");
}

TEST(Decode, IgnoresMembersItDoesNotKnow) {
  EXPECT_EQ(error_with("unknown", "[1,{\"deep\":null}]"), "no error");
}

TEST(Decode, RefusesUnknownMembersWhereItIsStrict) {
  EXPECT_EQ(error_with("colur", "1", Strict::yes), "unknown member \"colur\"; did you mean \"colour\"?");
  EXPECT_TRUE(error_with("weather", "1", Strict::yes)
                  .starts_with("unknown member \"weather\"; known are: text, flag, "));
  EXPECT_EQ(error_with("inner", R"({"name":"a","depth":1,"nam":1})", Strict::yes),
            "inner: unknown member \"nam\"; did you mean \"name\"?");
  EXPECT_EQ(error_with("list", R"([{"name":"a","depth":1,"x":1}])", Strict::yes),
            "list: 0: unknown member \"x\"; known are: name, depth");
}

TEST(Decode, ShowsAStringOnOneLineAndNotTooLong) {
  const std::string message = error_with("flag", "\"" + std::string(500, 'x') + "\\n\"");
  EXPECT_LT(message.size(), 150U);
  EXPECT_NE(message.find("…"), std::string::npos);
  EXPECT_EQ(error_with("flag", R"("a\nb")"), "flag: expected true or false, found \"a\\nb\"");
}

TEST(Decode, TakesInheritedMembersToo) {
  const auto decoded = read<Derived>(R"({"name":"a","depth":1,"extra":true})");
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->name, "a");
  EXPECT_TRUE(decoded->extra);
  EXPECT_EQ(read<Derived>(R"({"extra":true})").error().message, "\"name\" is missing");
}

TEST(Decode, TakesAnObjectAsItIs) {
  EXPECT_EQ(read<object>(R"({"a":[1]})").value(), parse(R"({"a":[1]})").value().get_object());
  EXPECT_EQ(read<object>("[]").error().message, "expected an object, found a list");
}

TEST(Parse, RefusesWhatIsNotJson) {
  for (const std::string_view text : {""sv, "{"sv, "{}x"sv, "{\"a\":1,}"sv, "nul"sv, "{'a':1}"sv,
                                      "// comment\n{}"sv, "\"\xff\""sv, "{}\0"sv}) {
    const auto parsed = parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, base::ErrorCode::invalid);
    EXPECT_TRUE(parsed.error().message.starts_with("this is not JSON: ")) << parsed.error().message;
  }
}

TEST(Parse, GoesAtMostThirtyTwoLevelsDeep) {
  const auto nested = [](std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); };
  EXPECT_TRUE(parse(nested(32)));
  EXPECT_FALSE(parse(nested(33)));
  EXPECT_FALSE(parse(nested(1'000'000)));
}

TEST(Parse, WantsAnObjectWhereOneIsNeeded) {
  EXPECT_TRUE(parse_object("{}"));
  EXPECT_EQ(parse_object("[]").error().message, "expected an object, found a list");
}

TEST(Encode, WritesEveryKindOfMember) {
  const auto decoded = read(whole).value();
  EXPECT_EQ(value(encode(decoded)), parse(whole).value());
}

TEST(Encode, LeavesOutWhatIsAbsent) {
  const object encoded = encode(Everything{});
  EXPECT_FALSE(encoded.contains("maybe"));
  EXPECT_FALSE(encoded.contains("inner"));
  EXPECT_EQ(encoded.size(), member_names<Everything>().size() - 2);
}

TEST(Encode, WritesNullForWhatIsAbsentWhereItIsWanted) {
  const object encoded = encode_with_nulls(Everything{});
  EXPECT_TRUE(encoded.at("maybe").is_null());
  EXPECT_TRUE(encoded.at("inner").is_null());
  EXPECT_EQ(encoded.size(), member_names<Everything>().size());
}

TEST(Encode, KeepsTheOrderOfTheDescription) {
  std::vector<std::string> names;
  for (const auto& member : encode_with_nulls(Everything{})) names.emplace_back(member.key());
  EXPECT_EQ(names, member_names<Everything>());
}

}  // namespace
}  // namespace slipway::json
