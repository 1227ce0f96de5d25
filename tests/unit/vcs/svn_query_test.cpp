#include "vcs/svn_sandbox.h"

namespace slipway::vcs {
namespace {

class AnSvnQuery : public SvnSandbox {
 protected:
  Spec missing() const {
    Spec spec = this->spec();
    spec.path = in("not there");
    return spec;
  }
  std::string resolved(const Spec& spec, const std::string& wanted) {
    const auto id = wait_for(resolve(spec, wanted));
    return id ? *id : std::string{base::name_of(id.error().code)} + ": " + id.error().message;
  }
  void set(const std::string& property, const std::string& value) const {
    write(in("value"), value);
    sh("LC_ALL=C.UTF-8 svn propset -q --revprop -r HEAD " + property + " -F value '" + repo() + "'");
  }
};

TEST_F(AnSvnQuery, ResolvesToTheRevisionThatChangedTheUrl) {
  commit_elsewhere();
  for (const Spec& spec : {this->spec(), missing()}) {
    EXPECT_EQ(resolved(spec, ""), second);
    EXPECT_EQ(resolved(spec, "HEAD"), second);
    EXPECT_EQ(resolved(spec, first), first);
    EXPECT_EQ(resolved(spec, "r" + first), first);
    EXPECT_EQ(resolved(spec, "4"), second) << "what `svn update -r 4` would bring";
    EXPECT_THAT(resolved(spec, "999"), AllOf(HasSubstr("not_found"), HasSubstr("the newest is 4")));
    EXPECT_THAT(resolved(spec, "0"), HasSubstr("not_found")) << "before the trunk was made";
    for (const std::string bad :
         {"-r1", "main", "1:2", "{2024-01-01}", "BASE", "r", "99999999999999999999999"}) {
      EXPECT_THAT(resolved(spec, bad), HasSubstr("invalid")) << bad;
    }
  }
}

TEST_F(AnSvnQuery, ReadsTheHistoryInPages) {
  commit_elsewhere();
  for (const Spec& spec : {this->spec(), missing()}) {
    const auto page = wait_for(read_log(spec, {2, "", {}}));
    ASSERT_TRUE(page) << page.error().message;
    ASSERT_THAT(page->commits, SizeIs(2));
    EXPECT_EQ(page->commits[0].revision, second);
    EXPECT_EQ(page->commits[0].message, "second");
    EXPECT_TRUE(page->more);
    const auto rest = wait_for(read_log(spec, {2, page->commits[1].revision, {}}));
    ASSERT_TRUE(rest) << rest.error().message;
    ASSERT_THAT(rest->commits, SizeIs(1));
    EXPECT_EQ(rest->commits[0].message, "layout");
    EXPECT_FALSE(rest->more);
    EXPECT_THAT(wait_for(read_log(spec, {2, "1", {}}))->commits, IsEmpty());
    EXPECT_EQ(wait_for(read_log(spec, {2, "--x", {}})).error().code, base::ErrorCode::invalid);
  }
}

TEST_F(AnSvnQuery, ReadsAnyMessageAnyAuthorAndAnyTimeZone) {
  ::setenv("TZ", "Asia/Kolkata", 1);
  commit("index.html", "3\n", "x");
  set("svn:log", "Zeile eins\n\n------\nr5 | fake | 2020\n  indented <b>&amp; 中文\n\n");
  set("svn:author", "张三 | <admin>&\"'");
  set("svn:date", "2024-02-29T23:59:59.123456Z");
  commit("index.html", "4\n", "x");
  set("svn:log", "");
  sh("svn propdel -q --revprop -r HEAD svn:author '" + repo() + "'");
  const auto page = wait_for(read_log(spec(), {3, "", {}}));
  ::unsetenv("TZ");
  ASSERT_TRUE(page) << page.error().message;
  ASSERT_THAT(page->commits, SizeIs(3));
  EXPECT_EQ(page->commits[0].message, "");
  EXPECT_EQ(page->commits[0].author, "");
  EXPECT_EQ(page->commits[1].message, "Zeile eins\n\n------\nr5 | fake | 2020\n  indented <b>&amp; 中文");
  EXPECT_EQ(page->commits[1].author, "张三 | <admin>&\"'");
  EXPECT_EQ(base::to_rfc3339(page->commits[1].time), "2024-02-29T23:59:59.123Z");
}

TEST_F(AnSvnQuery, ReadsTheStatus) {
  write(in("site/index.html"), "edited locally\n");
  write(in("site/untracked"), "x");
  const auto status = wait_for(read_status(spec()));
  ASSERT_TRUE(status) << status.error().message;
  EXPECT_EQ(status->revision, second);
  EXPECT_EQ(status->branch, "");
  EXPECT_THAT(status->modified, ElementsAre("index.html"));
  EXPECT_EQ(wait_for(read_status(missing()))->revision, "");
}

TEST_F(AnSvnQuery, SaysThatSvnIsMissing) {
  fs::create_directory(in("empty"));
  ::setenv("PATH", in("empty").c_str(), 1);
  EXPECT_THAT(resolved(spec(), ""), HasSubstr("svn is not installed"));
}

TEST_F(AnSvnQuery, TellsOfAServerThatCannotBeReachedWithoutItsPassword) {
  Spec away = missing();
  away.url = "svn://me:secret@127.0.0.1:1/x";
  EXPECT_THAT(resolved(away, ""),
              AllOf(HasSubstr("unavailable"), HasSubstr("cannot be reached"), Not(HasSubstr("secret"))));
  away.url = repo() + "/nowhere";
  EXPECT_THAT(resolved(away, ""), HasSubstr("not_found"));
}

}  // namespace
}  // namespace slipway::vcs
