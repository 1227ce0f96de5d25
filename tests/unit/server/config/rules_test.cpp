#include "server/config/rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::server::config {
namespace {

using testing::Eq;
using testing::Optional;

const Complaint fine = std::nullopt;

TEST(Names, MayBeInAnyLanguage) {
  for (const char* name : {"a", "api-1", "豆客", "a b", "...", "C++ (new)"})
    EXPECT_EQ(check_name(name), fine) << name;
  std::string longest;
  for (int count = 0; count < 100; ++count) longest += "豆";
  EXPECT_EQ(check_name(longest), fine);
  EXPECT_THAT(check_name(longest + "x"), Optional(Eq("the name has 101 characters; expected at most 100")));
}

TEST(Names, AreRefusedWithAReason) {
  EXPECT_THAT(check_name(""), Optional(Eq("the name is empty; expected 1 to 100 characters")));
  EXPECT_THAT(check_name("a/b"), Optional(Eq("\"a/b\" contains '/', which a name cannot")));
  EXPECT_THAT(check_name(".."), Optional(Eq("\"..\" cannot be a name")));
  EXPECT_THAT(check_name("a\tb"),
              Optional(Eq("\"a\\tb\" contains a character that cannot be seen; expected printable ones")));
  EXPECT_THAT(check_name("a "), Optional(Eq("\"a \" begins or ends with a space")));
  for (const char* name : {".", "a\n", "\x7f", "a\u0085", "a\u202eb", "a\u200bb"})
    EXPECT_NE(check_name(name), fine);
}

TEST(Paths, AreAbsoluteOnEitherSystem) {
  for (const char* path : {"/", "/data/www", "/data/我的 站点", "C:\\www", "d:/www", "/a/..b/c.."}) {
    EXPECT_EQ(check_node_path(path), fine) << path;
  }
}

TEST(Paths, AreRefusedWithAReason) {
  EXPECT_THAT(check_node_path(""),
              Optional(Eq("the path is empty; expected an absolute one, such as /data/www or C:\\\\www")));
  EXPECT_THAT(check_node_path("/a/../b"),
              Optional(Eq("\"/a/../b\" contains \"..\"; expected the path without it")));
  EXPECT_THAT(check_node_path("/a\n"), Optional(Eq("\"/a\\n\" contains a control character")));
  for (const char* path :
       {"a", "./a", "~/a", "C:a", "C:", "\\\\host\\share", "C:\\a\\..\\b", "C:/..", "/.."}) {
    EXPECT_NE(check_node_path(path), fine) << path;
  }
}

TEST(Paths, AreComparedWithoutTheirDecoration) {
  EXPECT_EQ(path_key("/a//b/./"), path_key("/a/b"));
  EXPECT_EQ(path_key("C:\\A\\b"), path_key("c:/a/B/"));
  EXPECT_NE(path_key("/a/B"), path_key("/a/b"));
  EXPECT_NE(path_key("/a\\b"), path_key("/a/b"));
}

TEST(Branches, AreNamesThatGitAccepts) {
  for (const char* name : {"main", "feature/x-1", "v1.0", "发布", "a@b"})
    EXPECT_EQ(check_branch(name), fine) << name;
  for (const char* name :
       {"a..b", "a b",  "a~1",    "a^",       "a:b", "a?",   "a*", "[a", "a\\b",  "/a",
        "a/",   "a//b", "a.lock", "a.lock/b", ".a",  "a/.b", "a.", "@",  "a@{1}", "a\x7f"}) {
    EXPECT_NE(check_branch(name), fine) << name;
  }
}

TEST(Branches, AreRefusedWithAReason) {
  EXPECT_THAT(check_branch("--upload-pack=x"),
              Optional(Eq("\"--upload-pack=x\" begins with '-'; expected the name of a branch")));
  EXPECT_THAT(check_branch("refs/heads/main"),
              Optional(Eq("\"refs/heads/main\" is a full ref; expected the branch alone, \"main\"")));
  EXPECT_THAT(check_branch("a b"), Optional(Eq("\"a b\" is not a name that git accepts for a branch")));
}

TEST(Urls, OfGitAreReachedByKnownSchemes) {
  for (const char* url :
       {"https://h/p.git", "http://u:p@h:80/p", "git://h/p", "ssh://git@h:22/p", "file:///srv/p",
        "git@host:group/p.git", "host:p", "/srv/我的 p.git", "C:\\repos\\p", "d:/repos/p"}) {
    EXPECT_EQ(check_url(url, VcsType::git), fine) << url;
  }
}

TEST(Urls, OfSvnAreReachedByKnownSchemes) {
  for (const char* url : {"svn://h/p", "svn+ssh://u@h/p", "https://h/p", "http://h/p", "file:///srv/p"}) {
    EXPECT_EQ(check_url(url, VcsType::svn), fine) << url;
  }
}

TEST(Urls, ThatCouldRunACommandAreRefused) {
  for (const char* url :
       {"ext::sh -c x", "-oProxyCommand=x", "ssh://-oProxyCommand=x/p", "ssh://u@-oProxy/p",
        "u@-oProxyCommand=x:p", "fd::17", "ext://x/y", "--upload-pack=x", "https://h/a\nb"}) {
    EXPECT_NE(check_url(url, VcsType::git), fine) << url;
    EXPECT_NE(check_url(url, VcsType::svn), fine) << url;
  }
}

TEST(Urls, AreRefusedWithAReason) {
  EXPECT_THAT(
      check_url("svn://h/p", VcsType::git),
      Optional(Eq("\"svn://h/p\" has the scheme \"svn\"; git is reached by https, http, ssh, git, file")));
  EXPECT_THAT(check_url("/srv/p", VcsType::svn),
              Optional(Eq("\"/srv/p\" is not a URL; expected one such as svn://host/project")));
  EXPECT_THAT(
      check_url("p", VcsType::git),
      Optional(Eq("\"p\" is not a URL; expected one such as https://host/project.git, host:project.git or an "
                  "absolute path")));
  EXPECT_THAT(check_url("https:///p", VcsType::git), Optional(Eq("\"https:///p\" names no host")));
  EXPECT_THAT(check_url("file://", VcsType::git), Optional(Eq("\"file://\" names no path")));
  EXPECT_THAT(check_url("https://h/a b", VcsType::git),
              Optional(Eq("\"https://h/a b\" contains a space; expected %20")));
  EXPECT_THAT(check_url("ftp://u:secret@h/p", VcsType::git),
              Optional(testing::Not(testing::HasSubstr("secret"))));
}

}  // namespace
}  // namespace slipway::server::config
