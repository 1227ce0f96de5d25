#include "config_fixture.h"

namespace slipway::server::config {
namespace {

TEST(Problems, NamesAnUnknownKeyAndTheNearestValidOne) {
  EXPECT_THAT(problems_of(config_with("", "\"befor_deply\": \"x\",")),
              ElementsAre("4:1: unknown key \"befor_deply\" in a node; did you mean \"before_deploy\"?"));
  EXPECT_THAT(problems_of(config_with("  \"barnch\": \"x\",")),
              ElementsAre("2:3: unknown key \"barnch\" in an app; did you mean \"branch\"?"));
  EXPECT_THAT(
      problems_of("{\"listen_htp\": \":1\", \"apps\": [\n]}"),
      ElementsAre("1:2: unknown key \"listen_htp\" in the configuration; did you mean \"listen_http\"?",
                  "1:30: warning: \"apps\": the list is empty: there is nothing to deploy"));
}

TEST(Problems, ListsTheValidKeysWhereNoneIsNear) {
  EXPECT_THAT(
      problems_of(config_with("", "\"weight\": 1,")),
      ElementsAre(
          "4:1: unknown key \"weight\" in a node; expected one of alias, addr, agent, fingerprint, "
          "plaintext, path, before_deploy, after_deploy, before_rollback, after_rollback, health_check"));
}

TEST(Problems, DoesNotAcceptAKeyOfALaterVersionYet) {
  EXPECT_THAT(problems_of(config_with("\"environments\": [],")),
              ElementsAre(testing::StartsWith("2:1: unknown key \"environments\" in an app;")));
}

TEST(Problems, SaysWhichTypeItFoundAndWhichItExpected) {
  EXPECT_THAT(
      problems_of(
          "{\"listen_http\": 8082,\n\"debug\": \"yes\",\n\"jwt_secret\": 12345,\n\"data_dir\": null,\n"
          "\"apps\": {}}"),
      ElementsAre("1:17: \"listen_http\": expected \"host:port\" or \":port\", found the number 8082",
                  "2:10: \"debug\": expected true or false, found the string \"yes\"",
                  "3:15: \"jwt_secret\": expected a string, found a number",
                  "4:13: \"data_dir\": expected a path, absolute or relative to this file, found null",
                  "5:9: \"apps\": expected a list of apps, found an object"));
}

TEST(Problems, SaysWhichTypeItFoundInAnApp) {
  EXPECT_THAT(
      problems_of(config_with("\"url\": 1,\n\"branch\": [],\n\"fetchlogpath\": false,\n\"timeout\": 1.5,\n"
                              "\"before_deploy\": {},\n\"after_deploy\": [\"a\", 2],")),
      ElementsAre(
          "2:8: \"url\": expected the URL of the repository, found the number 1",
          "3:11: \"branch\": expected the name of a branch, found a list",
          "4:17: \"fetchlogpath\": expected a string, found false",
          "5:12: \"timeout\": expected a duration such as \"10m\", or whole seconds, found the number "
          "1.5",
          "6:18: \"before_deploy\": expected a shell command or a list of them, found an object",
          "7:23: \"after_deploy\": expected a shell command or a list of them, found the number 2"));
}

TEST(Problems, SaysThatAnAppOrNodeIsNoObject) {
  EXPECT_THAT(problems_of("{\"apps\": [\n\"a\"]}"),
              ElementsAre("2:1: expected an app in braces, found the string \"a\""));
  EXPECT_THAT(problems_of("{\"apps\": [{\"name\": \"a\", \"type\": \"git\", \"node\": [\n[]]}]}"),
              ElementsAre("2:1: expected a node in braces, found a list"));
}

TEST(Problems, NamesMissingKeysAtTheirObject) {
  EXPECT_THAT(
      problems_of("{\"apps\": [\n  {\"node\": [\n    {}]}]}"),
      ElementsAre(
          "2:3: missing key \"name\" in an app; expected a name of 1 to 100 printable characters "
          "without '/'",
          "2:3: missing key \"type\" in an app; expected \"git\" or \"svn\"",
          "3:5: missing key \"alias\" in a node; expected a name of 1 to 100 printable characters "
          "without '/'",
          "3:5: missing key \"path\" in a node; expected an absolute path, POSIX or Windows",
          "3:5: missing key \"addr\" in a node; expected \"host:port\", or \"agent\" with the name of "
          "an agent that dials this server"));
}

TEST(Problems, AnSvnAppNeedsItsUrl) {
  EXPECT_THAT(
      problems_of(config_with_app("\"name\": \"a\", \"type\": \"svn\",")),
      ElementsAre("1:11: missing key \"url\" in an app of type svn; expected the URL of the repository"));
  EXPECT_THAT(
      problems_of(config_with_app("\"name\": \"a\", \"type\": \"svn\", \"url\": \"\",")),
      ElementsAre(
          "2:36: \"url\": the URL is empty; an app of type svn needs one, such as svn://host/project"));
}

TEST(Problems, OnlyAGitAppHasABranch) {
  EXPECT_THAT(problems_of(config_with_app(
                  "\"name\": \"a\", \"type\": \"svn\", \"url\": \"svn://h/p\",\n\"branch\": \"x\",")),
              ElementsAre("3:11: \"branch\": only a git app has a branch; with svn it is a part of \"url\""));
}

TEST(Problems, SuggestsTheNearestWord) {
  EXPECT_THAT(
      problems_of(config_with_app("\"name\": \"a\",\n\"type\": \"gitt\",\n\"local_changes\": \"drop\",")),
      ElementsAre(
          "3:9: \"type\": expected \"git\" or \"svn\", found the string \"gitt\"; did you mean \"git\"?",
          "4:18: \"local_changes\": expected \"keep\", \"refuse\" or \"discard\", found the string "
          "\"drop\""));
}

TEST(Problems, NamesBothLinesOfADuplicateAppName) {
  EXPECT_THAT(
      problems_of(
          "{\"apps\": [\n{\"name\": \"中文\", \"type\": \"git\", \"node\": []},\n{\"name\": \"中文\", "
          "\"type\": \"git\", \"nodes\": []}]}"),
      ElementsAre("2:39: warning: \"node\": the list is empty: there is nothing to deploy",
                  "3:10: \"name\": \"中文\" is already the name of the app in line 2",
                  "3:40: warning: \"node\": the list is empty: there is nothing to deploy"));
}

TEST(Problems, NamesBothLinesOfADuplicateAlias) {
  EXPECT_THAT(problems_of(config_with_node("\"alias\": \"x\", \"addr\": \"[::1]:1\", \"path\": \"/a\"}, {\n"
                                           "\"alias\": \"x\", \"addr\": \"[::1]:1\", \"path\": \"/b\"")),
              ElementsAre("3:10: \"alias\": \"x\" is already the alias of the node in line 2"));
}

TEST(Problems, TwoNodesCannotBeOnePlace) {
  EXPECT_THAT(
      problems_of(config_with_node("\"alias\": \"x\", \"addr\": \"[::1]:1\", \"path\": \"/a/b\"}, {\n"
                                   "\"alias\": \"y\", \"addr\": \"[0::1]:1\", \"path\": \"/a//./b/\"")),
      ElementsAre("3:43: \"path\": \"/a//./b/\" on [::1]:1 is already the path of the node in line 2"));
}

TEST(Problems, TheSameKeyInTwoSpellingsIsNamedOnce) {
  EXPECT_THAT(
      problems_of(config_with("", "\"befor_deploy\": \"\",\n\"before_deploy\": \"\",")),
      ElementsAre("5:1: \"before_deploy\" and \"befor_deploy\" (line 4) are the same key of a node; expected "
                  "one of them"));
  EXPECT_THAT(
      problems_of(config_with("\"nodes\": [],")),
      ElementsAre("2:10: warning: \"node\": the list is empty: there is nothing to deploy",
                  "3:29: \"node\" and \"nodes\" (line 2) are the same key of an app; expected one of them"));
}

TEST(Problems, AShortSecretIsWarnedOfWithoutBeingShown) {
  EXPECT_THAT(
      problems_of("{\"jwt_secret\": \"hunter2\", \"apps\": []}"),
      ElementsAre("1:16: warning: \"jwt_secret\": the secret has fewer than 16 characters: who guesses it is "
                  "everybody; leave it empty, and the server makes one",
                  testing::HasSubstr("warning")));
}

TEST(Problems, AProxyIsAnAddressAndAHeaderThatOnlyItSets) {
  EXPECT_THAT(
      problems_of("{\"auth\": {\"proxy\": {\"header\": \"Cookie\",\n\"from\": "
                  "[\"localhost\",\n7,\n\"::1\"]}}, \"apps\": []}"),
      ElementsAre(
          testing::StartsWith("1:31: \"header\": the string \"Cookie\" cannot carry a name; expected a "
                              "header that only the proxy sets"),
          "2:10: \"from\": expected an IP address such as \"127.0.0.1\", found the string \"localhost\"",
          "3:1: \"from\": expected an IP address such as \"127.0.0.1\", found the number 7",
          testing::HasSubstr("warning")));
  EXPECT_THAT(problems_of("{\"auth\": {\"proxy\": {\"header\": \"X-Remote-User\"}}, \"apps\": []}"),
              ElementsAre(testing::HasSubstr("missing key \"from\""), testing::HasSubstr("warning")));
}

TEST(Problems, TheAddressesOfAProxyAreComparedAsTheSystemWritesThem) {
  const Config config = parse_config(R"({"auth": {"proxy": {"from": ["127.0.0.1", "0:0::1"]}}})", "s").config;
  EXPECT_TRUE(config.auth.proxy.trusts("::1"));
  EXPECT_TRUE(config.auth.proxy.trusts("127.0.0.1"));
  EXPECT_FALSE(config.auth.proxy.trusts("127.0.0.2"));
}

TEST(Problems, ANodeNeedsAnAddressThatCanBeDialled) {
  EXPECT_THAT(
      problems_of(config_with_node("\"alias\": \"x\", \"addr\": \":8081\",\n\"path\": \"www\"")),
      ElementsAre("2:23: \"addr\": \":8081\" names no host; expected \"host:port\"",
                  "3:9: \"path\": \"www\" is a relative path; expected an absolute one, such as /data/www or "
                  "C:\\\\www"));
}

TEST(Problems, SaysThatATimeIsOutOfRange) {
  const std::string range = " is out of range; expected more than 0 and at most 7 days";
  EXPECT_THAT(problems_of(config_with("\"timeout\": 0,")),
              ElementsAre("2:12: \"timeout\": the number 0" + range));
  EXPECT_THAT(problems_of(config_with("\"timeout\": -5,")),
              ElementsAre("2:12: \"timeout\": the number -5" + range));
  EXPECT_THAT(problems_of(config_with("\"timeout\": 9223372036854775807,")),
              ElementsAre("2:12: \"timeout\": the number 9223372036854775807" + range));
  EXPECT_THAT(problems_of(config_with("\"timeout\": \"8d\",")),
              ElementsAre("2:12: \"timeout\": the string \"8d\"" + range));
  EXPECT_THAT(
      problems_of(config_with("\"timeout\": \"soon\",")),
      ElementsAre(
          "2:12: \"timeout\": expected a duration such as \"10m\", or whole seconds, found the string "
          "\"soon\""));
}

TEST(Problems, NeverShowsSecrets) {
  for (const std::string& line :
       problems_of("{\"jwt_secret\": 12345, \"listen_http\": \"http://u:12345@h\",\n\"apps\": [{"
                   "\"name\": \"a\", \"type\": \"git\", \"url\": \"ftp://u:12345@h/x\"}]}")) {
    EXPECT_THAT(line, testing::Not(testing::HasSubstr("12345")));
  }
}

TEST(Problems, AreAllReportedInOneRunInTheOrderOfTheFile) {
  const auto problems = problems_of(R"({
  "debgu": true,
  "apps": [
    {"name": "a/b", "type": "svn",
     "nodes": [
       {"alias": "x", "addr": "h", "path": "rel", "befor_deply": ""},
       {"alias": "x", "addr": "127.0.0.1:99999"}
     ]},
    {"name": "..", "type": "hg", "timeout": "-1s"}
  ],
  "listen_http": 1
})");
  std::vector<std::string> places;
  for (const std::string& line : problems) places.push_back(line.substr(0, line.find(": ")));
  EXPECT_THAT(places, ElementsAre("2:3", "4:5", "4:14", "6:31", "6:44", "6:51", "7:8", "7:18", "7:31", "9:5",
                                  "9:14", "9:28", "9:45", "11:18"));
}

TEST(Describe, WritesAsCompilersDo) {
  EXPECT_EQ(describe({12, 7, "text"}, "conf/server.json"), "conf/server.json:12:7: text");
  EXPECT_EQ(describe({12, 7, "text", true}, "server.json"), "server.json:12:7: warning: text");
}

}  // namespace
}  // namespace slipway::server::config
