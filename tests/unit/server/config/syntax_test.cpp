#include "config_fixture.h"

namespace slipway::server::config {
namespace {

// The only problem, or all of them where there are several.
std::string problem_of(std::string_view text) {
  const auto problems = problems_of(text);
  return problems.size() == 1 ? problems[0] : testing::PrintToString(problems);
}

const std::string nothing_to_deploy = ": warning: there are no \"apps\": there is nothing to deploy";

TEST(Syntax, AcceptsCommentsWhereverSpaceMayStand) {
  EXPECT_EQ(problem_of("// a\n/* b\n*/{}// c"), "3:3" + nothing_to_deploy);
  EXPECT_EQ(problem_of("/***/{/**/\"debug\"/* \" */:/*/ */true/**/,//,\n}/* **/"), "1:6" + nothing_to_deploy);
  EXPECT_THAT(problems_of("{\"apps\":/**/[//\n]//\n}"),
              ElementsAre("1:13: warning: \"apps\": the list is empty: there is "
                          "nothing to deploy"));
}

TEST(Syntax, LeavesWhatLooksLikeACommentInAString) {
  EXPECT_EQ(parse_config(R"({"jwt_secret": "a//b/*c*/\"//"})", "s").config.jwt_secret, "a//b/*c*/\"//");
}

TEST(Syntax, AcceptsACommaAfterTheLastElement) {
  EXPECT_EQ(problem_of("{\"debug\": true,}"), "1:1" + nothing_to_deploy);
  EXPECT_EQ(problem_of("{\"debug\": true,,}"), "1:16: expected a key in double quotes, found ','");
}

TEST(Syntax, AcceptsAByteOrderMarkAndDoesNotCountIt) {
  EXPECT_EQ(problem_of("\xef\xbb\xbf{}"), "1:1" + nothing_to_deploy);
}

TEST(Syntax, CountsColumnsInCharacters) {
  EXPECT_EQ(problem_of("{/* 站点监听端口 */ x"), "1:15: expected a key in double quotes or '}', found x");
  EXPECT_EQ(problem_of("{\r\n\t\"é😀\"x"), "2:6: expected ':' after the key, found x");
}

TEST(Syntax, SaysWhatItExpectedInAnObject) {
  EXPECT_EQ(problem_of("{"), "1:2: expected a key in double quotes or '}', found the end of the file");
  EXPECT_EQ(problem_of("{debug: true}"), "1:2: expected a key in double quotes or '}', found debug");
  EXPECT_EQ(
      problem_of("{'debug': true}"),
      "1:2: expected a key in double quotes or '}', found 'debug'; strings are written in double quotes");
  EXPECT_EQ(problem_of("{\"debug\" true}"), "1:10: expected ':' after the key, found true");
  EXPECT_EQ(problem_of("{\"debug\" \"x\"}"), "1:10: expected ':' after the key, found '\"'");
  EXPECT_EQ(problem_of("{\"debug\":}"), "1:10: expected a value, found '}'");
  EXPECT_EQ(problem_of("{\"debug\": yes}"), "1:11: expected a value, found yes");
  EXPECT_EQ(problem_of("{\"debug\": tru/**/e}"), "1:11: expected a value, found tru");
}

TEST(Syntax, NoticesAMissingComma) {
  EXPECT_EQ(problem_of("{\"debug\": true\n \"apps\": []}"),
            "2:2: expected ',' or '}', found '\"'; is a comma missing before this?");
  EXPECT_EQ(problem_of("{\"apps\": [{}\n{}]}"),
            "2:1: expected ',' or ']', found '{'; is a comma missing before this?");
  EXPECT_EQ(problem_of("{\"apps\": [}"), "1:11: expected a value or ']', found '}'");
  EXPECT_EQ(problem_of("{\"apps\": [1}"), "1:12: expected ',' or ']', found '}'");
}

TEST(Syntax, SaysWhatIsWrongWithAString) {
  EXPECT_EQ(problem_of("{\"jwt_secret\": \"x\n\"}"),
            "1:16: this string is not closed on its line; expected '\"'");
  EXPECT_EQ(problem_of("{\"jwt_secret\": \"x"), "1:16: this string is not closed on its line; expected '\"'");
  EXPECT_EQ(problem_of("{\"jwt_secret\": \"\t\"}"),
            "1:17: a control character in a string; expected an escape such as \\t or \\n");
  const std::string wrong_escape =
      ": a wrong escape in a string; expected \\\" \\\\ \\/ \\b \\f \\n \\r \\t or a whole \\uXXXX; a "
      "backslash that is "
      "meant as such is written twice";
  EXPECT_EQ(problem_of("{\"data_dir\": \"C:\\data\"}"), "1:18" + wrong_escape);
  EXPECT_EQ(problem_of("{\"data_dir\": \"\\u12x4\"}"), "1:19" + wrong_escape);
  EXPECT_EQ(problem_of("{\"data_dir\": \"\\ud800\"}"), "1:21" + wrong_escape);
}

TEST(Syntax, SaysWhatIsWrongWithANumber) {
  EXPECT_EQ(problem_of("{\"debug\": -}"), "1:11: expected a value, found -");
  EXPECT_EQ(problem_of("{\"debug\": 1.}"), "1:11: expected a value, found 1.");
  EXPECT_EQ(problem_of("{\"debug\": 1e99999999999}"), "1:11: this number is too large");
}

TEST(Syntax, SaysWhichCommentIsNotClosed) {
  EXPECT_EQ(problem_of("{}\n /* x *"), "2:2: this comment is not closed; expected */");
  EXPECT_EQ(problem_of("{}\n / x"), "2:2: a comment begins with // or /*");
  EXPECT_EQ(problem_of("{} /"), "1:4: a comment begins with // or /*");
}

TEST(Syntax, RefusesWhatFollowsTheEnd) {
  EXPECT_EQ(problem_of("{}}"), "1:3: expected nothing more after the end of the configuration, found '}'");
  EXPECT_EQ(problem_of("{}\n{}"), "2:1: expected nothing more after the end of the configuration, found '{'");
}

TEST(Syntax, RefusesAnEmptyFileAndOneThatHoldsNoObject) {
  EXPECT_EQ(problem_of(""), "1:1: expected a value, found the end of the file");
  EXPECT_EQ(problem_of("// nothing\n"), "2:1: expected a value, found the end of the file");
  EXPECT_EQ(problem_of(" [1]"), "1:2: expected the configuration in braces, found a list");
  EXPECT_EQ(problem_of("12"), "1:1: expected the configuration in braces, found the number 12");
}

TEST(Syntax, RefusesWhatIsNotUtf8) {
  EXPECT_EQ(problem_of("{\n// 中\xff\n}"), "2:5: this is not UTF-8; save the file as UTF-8");
  EXPECT_EQ(problem_of("{\"\xef\xbf\"}"), "1:3: this is not UTF-8; save the file as UTF-8");
  EXPECT_EQ(problem_of("\xff\xfe{"), "1:1: this is not UTF-8; save the file as UTF-8");
}

TEST(Syntax, LimitsDepthAndSize) {
  const std::string deep = "{\"apps\": " + std::string(40, '[');
  EXPECT_EQ(problem_of(deep), "1:41: lists and objects are nested more than 32 deep");
  EXPECT_EQ(problem_of(std::string(max_file_bytes + 1, ' ')), "1:1: the file is larger than 4194304 bytes");
}

TEST(Syntax, ReportsAKeyThatStandsTwiceWithBothLines) {
  EXPECT_THAT(
      problems_of("{\"debug\": true, \"apps\": [],\n\"debug\": false,\n\"debug\": false}"),
      ElementsAre("1:25: warning: \"apps\": the list is empty: there is nothing to deploy",
                  "2:1: the key \"debug\" stands twice in one object, in line 1 and in line 2; remove one",
                  "3:1: the key \"debug\" stands twice in one object, in line 1 and in line 3; remove one"));
}

TEST(Syntax, ReportsDuplicateKeysThatStandBeforeASyntaxError) {
  EXPECT_THAT(
      problems_of("{\"apps\": [{\"name\": 1,\n\"name\": 2}]\n!"),
      ElementsAre("2:1: the key \"name\" stands twice in one object, in line 1 and in line 2; remove one",
                  "3:1: expected ',' or '}', found !; is a comma missing before this?"));
}

}  // namespace
}  // namespace slipway::server::config
