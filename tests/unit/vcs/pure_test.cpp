#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "vcs/failure.h"
#include "vcs/git_commands.h"
#include "vcs/git_config.h"
#include "vcs/git_fetch.h"
#include "vcs/git_layout.h"
#include "vcs/git_names.h"
#include "vcs/git_parse.h"
#include "vcs/git_source.h"
#include "vcs/overlap.h"
#include "vcs/place.h"
#include "vcs/submodule_url.h"
#include "vcs/svn_parse.h"
#include "vcs/url.h"
#include "vcs/xml.h"

namespace slipway::vcs {
namespace {

using namespace std::string_literals;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;
using ::testing::Pair;

const std::string id_a(40, 'a');
const std::string id_b(40, 'b');

TEST(AGitCommand, NeverAsksAndNeverTakesAnOuterRepository) {
  const auto command = git_command({.directory = "/srv/app", .read_only = true}, git_status_args(), {});
  EXPECT_EQ(command.argv.front(), "git");
  EXPECT_EQ(command.directory, "/srv/app");
  EXPECT_THAT(command.env, Contains(Pair("GIT_TERMINAL_PROMPT", "0")));
  EXPECT_THAT(command.env, Contains(Pair("GIT_CEILING_DIRECTORIES", "/srv")));
  EXPECT_THAT(command.env, Contains(Pair("GIT_OPTIONAL_LOCKS", "0")));
  EXPECT_THAT(command.env, Contains(Pair("GIT_ALLOW_PROTOCOL", "file:git:http:https:ssh")));
  EXPECT_THAT(command.env, Contains(Pair("GIT_SSH_COMMAND", "ssh -oBatchMode=yes")));
  EXPECT_THAT(command.env_remove,
              AllOf(Contains("GIT_DIR"), Contains("GIT_INDEX_FILE"), Contains("LANGUAGE")));
}

TEST(AGitCommand, LeavesAPersonsOwnSshCommandAlone) {
  const std::map<std::string, std::string> inherited{{"GIT_SSH_COMMAND", "my-ssh"}};
  EXPECT_THAT(git_command({}, {"fetch"}, inherited).env, Not(Contains(Key("GIT_SSH_COMMAND"))));
  EXPECT_THAT(git_command({.own_ssh_command = true}, {"fetch"}, {}).env,
              Not(Contains(Key("GIT_SSH_COMMAND"))));
}

TEST(AGitCommand, PutsWhatComesFromOutsideBehindTheOptions) {
  EXPECT_THAT(git_clone_args("u", "b", "/d"),
              ElementsAre("-c", "gc.auto=0", "-c", "maintenance.auto=false", "clone", "--no-checkout",
                          "--origin", "origin", "--branch", "b", "--", "u", "/d"));
  EXPECT_THAT(git_ls_remote_args("r", "/srv/r.git", {"refs/heads/x"}),
              ElementsAre("ls-remote", "--exit-code", "--", "r", "refs/heads/x"));
  EXPECT_THAT(git_reset_keep_args(id_a), ElementsAre("reset", "--keep", "--quiet", id_a, "--"));
}

TEST(AGitCommand, ListsRefsInOneRoundTripWhereASecondOneIsSlow) {
  EXPECT_THAT(git_ls_remote_args("origin", "git://h/r.git", {}),
              ElementsAre("-c", "protocol.version=0", "ls-remote", "--exit-code", "--", "origin"));
}

TEST(AGitConfiguration, IsReadWithoutGitWhereItIsPlain) {
  const std::string file =
      "[core]\n\tbare = false\n# a remark\n[Remote \"origin\"]\n\tURL = git://h/r.git\n"
      "\tfetch = +refs/heads/*:refs/remotes/origin/*\n[branch \"main\"]\n\tremote = origin\n";
  EXPECT_EQ(plain_origin(file), "git://h/r.git");
  EXPECT_EQ(plain_origin(file + "[remote \"origin\"]\nurl=/srv/other\n"), "/srv/other");
  EXPECT_EQ(plain_origin("[remote \"ORIGIN\"]\nurl = x\n[remote \"upstream\"]\nurl = y\n"), std::nullopt);
}

TEST(AGitConfiguration, IsLeftToGitWhereItIsNot) {
  const std::string plain = "[remote \"origin\"]\nurl = git://h/r\n";
  ASSERT_EQ(plain_origin(plain), "git://h/r");
  for (const char* const more :
       {"[include]\npath = /etc/x\n", "[includeIf \"gitdir:/\"]\npath = x\n", "[url \"a\"]\ninsteadOf = b\n",
        "[core]\nsshCommand = my-ssh\n", "[extensions]\nworktreeConfig = true\n",
        "[remote.origin]\nurl = z\n", "[remote \"origin\"] url = z\n", "[remote \"origin\"] url = z]\n",
        "[remote  \"origin\"]\nurl = z\n", "[remote \"ori\\gin\"]\nurl = z\n",
        "[remote \"origin\"]\nurl = \"z\"\n", "[remote \"origin\"]\nurl = z # y\n",
        "[remote \"origin\"]\nurl = a\\\n  b\n", "[remote \"origin\"]\nurl\n",
        "[remote \"origin\"]\nurl =\n"}) {
    EXPECT_EQ(plain_origin(plain + more), std::nullopt) << more;
  }
}

TEST(AnSvnCommand, NeverAsksAndEscapesPegRevisions) {
  EXPECT_THAT(svn_checkout_args("svn://h/a@b", 7),
              ElementsAre("svn", "checkout", "--non-interactive", "-r", "7", "svn://h/a@b@7", "."));
  EXPECT_THAT(
      svn_log_args("svn://h/t", "HEAD", 21),
      ElementsAre("svn", "log", "--non-interactive", "--xml", "--limit", "21", "-r", "HEAD:1", "svn://h/t@"));
  const auto command = svn_command({.directory = "/w"}, svn_update_args(5), {}, "C.UTF-8");
  EXPECT_THAT(command.argv,
              ElementsAre("svn", "update", "--non-interactive", "--accept", "postpone", "-r", "5", "."));
  EXPECT_THAT(command.env, Contains(Pair("LC_ALL", "C.UTF-8")));
}

TEST(AFetch, TriesTheBranchThenTheCommitThenMore) {
  using Kind = FetchAttempt::Kind;
  const auto kinds = [](const FetchSource& source) {
    std::vector<Kind> result;
    for (const FetchAttempt& attempt : fetch_attempts(source, id_a)) result.push_back(attempt.kind);
    return result;
  };
  EXPECT_THAT(kinds({"origin", "u", "main", "refs/x", false}),
              ElementsAre(Kind::branch, Kind::exact, Kind::everything));
  EXPECT_THAT(kinds({"origin", "u", "main", "refs/x", true}),
              ElementsAre(Kind::branch, Kind::exact, Kind::deepen, Kind::everything));
  EXPECT_THAT(kinds({"origin", "u", "", "refs/x", false}), ElementsAre(Kind::exact, Kind::everything));
}

TEST(BranchNames, FollowTheRulesOfGit) {
  for (const std::string good : {"main", "feature/x-1", "发布", "v1.0", "a@b"})
    EXPECT_TRUE(check_branch_name(good)) << good;
  for (const std::string bad :
       {"",   "-x",   "a..b", "a b",  "a~1",    "a^",       "a:b", "a?", "a*",    "a[",    "a\\b",  "/a",
        "a/", "a//b", ".a",   "a/.b", "a.lock", "a.lock/b", "a.",  "@",  "a@{1}", "a\x01", "a\x7f", "HEAD"}) {
    EXPECT_FALSE(check_branch_name(bad)) << bad;
  }
}

TEST(GitUrls, AreTheSameRepositoryWhateverTheTransport) {
  for (const std::string same :
       {"git@Host:team/app.git", "ssh://git@host/team/app", "ssh://host:22/team/app.git/",
        "https://me:pw@host/team/app.git", "http://HOST/team/app/"}) {
    EXPECT_EQ(git_identity(same), "host/team/app") << same;
  }
  EXPECT_EQ(git_identity("/srv/git/app.git/"), git_identity("file:///srv/git/app"));
  EXPECT_EQ(git_identity("file:///a%20b"), git_identity("/a b"));
  EXPECT_NE(git_identity("https://host:8443/a"), git_identity("https://host/a"));
  EXPECT_NE(git_identity("https://host/a"), git_identity("https://host/A"));
}

TEST(SvnUrls, AreComparedWithoutNeedlessEscapesAndSlashes) {
  EXPECT_EQ(svn_identity("HTTP://me@Host:80/a%20b/%63//"), svn_identity("http://host/a b/c"));
  EXPECT_NE(svn_identity("http://host/a"), svn_identity("https://host/a"));
  EXPECT_NE(svn_identity("http://host/a/trunk"), svn_identity("http://host/a/branches/x"));
}

TEST(DangerousUrls, AreRefused) {
  for (const std::string good :
       {"https://h/x", "git@h:x", "/abs", "file:///x", "ssh://h/x", "git://h/x", "[::1]:x"})
    EXPECT_TRUE(check_git_url(good)) << good;
  for (const std::string bad : {"", "-x", "ext::sh -c x", "fd::1", "x/y", "../x", "ftp://h/x", "ssh://-o/x",
                                "-o:x", "https://h/\n", "svn://h/x"}) {
    EXPECT_FALSE(check_git_url(bad)) << bad;
  }
  for (const std::string bad : {"", "/abs", "svn+x://h", "git@h:x", "--config"})
    EXPECT_FALSE(check_svn_url(bad)) << bad;
}

TEST(GitStatus, IsReadWithRenamesSubmodulesAndAnyBytes) {
  const auto status = parse_git_status(
      "# branch.oid "s + id_a + "\0# branch.head main\0# branch.upstream origin/main\0# branch.ab +2 -3\0"s +
      "1 .M N... 100644 100644 100644 x x a b\xff\0"s + "2 R. N... 1 1 1 x x R100 new\0old\0"s +
      "u UU N... 1 1 1 1 x x x both\0"s + "1 .M SC.. 160000 160000 160000 x x stale\0"s +
      "1 .M S.M. 160000 160000 160000 x x edited\0? junk\0"s);
  ASSERT_TRUE(status);
  EXPECT_EQ(status->head, id_a);
  EXPECT_EQ(status->branch, "main");
  EXPECT_EQ(status->upstream, "origin/main");
  EXPECT_EQ(status->ahead, 2);
  EXPECT_THAT(modified_paths(*status), ElementsAre("a b\xff", "both", "edited", "new", "old"));
  EXPECT_THAT(unmerged_paths(*status), ElementsAre("both"));
  EXPECT_EQ(parse_git_status("# branch.oid (initial)\0# branch.head (detached)\0"s)->head, "");
}

TEST(AForcedUpdate, IsReadFromWhatFetchPrints) {
  EXPECT_EQ(parse_forced_update("From x\n + 4acc4d0...5a71206 main       -> origin/main  (forced update)\n"),
            "4acc4d0");
  EXPECT_EQ(parse_forced_update("   4acc4d0..5a71206 main       -> origin/main\n"), std::nullopt);
}

TEST(AReflog, GivesItsIdsNewestFirst) {
  const std::string zero(40, '0');
  EXPECT_THAT(
      parse_reflog(zero + " " + id_a + " A <a> 1 +0\tx\n" + id_a + " " + id_b + " A <a> 1 +0\tx\n", 9),
      ElementsAre(id_b, id_a));
}

TEST(PackedRefs, AreSearchedByTheWholeName) {
  const std::string file =
      "# pack-refs\n" + id_a + " refs/heads/main2\n" + id_b + " refs/heads/main\n^" + id_a + "\n";
  EXPECT_EQ(find_packed_ref(file, "refs/heads/main"), id_b);
  EXPECT_EQ(find_packed_ref(file, "refs/heads/mai"), std::nullopt);
}

TEST(Messages, HavePlainLineEndsAndABound) {
  EXPECT_EQ(clean_message("a\r\nb\rc\n\n \n"), "a\nb\nc");
  EXPECT_EQ(clean_message(""), "");
  EXPECT_LE(clean_message(std::string(1 << 20, 'x')).size(), 64U << 10U);
  EXPECT_EQ(clean_message("\xff"), "\xef\xbf\xbd");
}

TEST(Overlap, FindsEqualPathsAndDirectories) {
  EXPECT_THAT(overlapping({"a", "b/c", "d", "e-f"}, {"a", "b", "d/x", "e"}), ElementsAre("a", "b/c", "d"));
}

TEST(Failures, AreRecognised) {
  const std::vector<std::pair<std::string, Failure>> cases{
      {"fatal: Authentication failed for 'https://h/'", Failure::authentication},
      {"fatal: could not read Username for 'https://h': terminal prompts disabled", Failure::authentication},
      {"git@h: Permission denied (publickey).\nfatal: Could not read from remote repository.",
       Failure::authentication},
      {"Host key verification failed.\nfatal: Could not read from remote repository.", Failure::host_key},
      {"fatal: unable to access 'https://h/': Could not resolve host: h", Failure::host_unknown},
      {"ssh: connect to host h port 22: Connection refused", Failure::unreachable},
      {"ssh: connect to host h port 22: Connection timed out", Failure::network_timeout},
      {"fatal: repository 'https://h/x/' not found", Failure::repository_missing},
      {"error: unable to write file x: No space left on device", Failure::disk_full},
      {"error: insufficient permission: Permission denied", Failure::permission},
      {"fatal: detected dubious ownership in repository at '/x'", Failure::ownership},
      {"fatal: Unable to create '/x/.git/index.lock': File exists.", Failure::locked},
      {"fatal: remote error: upload-pack: not our ref 1234", Failure::revision_missing},
      {"error: Server does not allow request for unadvertised object 1234", Failure::revision_missing},
      {"fatal: couldn't find remote ref refs/heads/x", Failure::branch_missing},
      {"fatal: transport 'file' not allowed", Failure::submodule_transport},
      {"svn: E170001: Authentication failed", Failure::authentication},
      {"svn: E160006: No such revision 9", Failure::revision_missing},
      {"svn: E155004: Working copy locked", Failure::interrupted},
      {"svn: E170013: Unable to connect to a repository at URL 'svn://h'\nsvn: E000111: Can't connect: "
       "Connection refused",
       Failure::unreachable},
      {"something else", Failure::other},
  };
  for (const auto& [text, failure] : cases) EXPECT_EQ(classify(text), failure) << text;
}

TEST(Failures, KeepTheLastWordsOfTheToolWithoutCredentials) {
  const base::Error error = explain({"git fetch", "https://me:pw@h/x", "/p"},
                                    "hint: noise\nfatal: cannot read https://me:pw@h/x: strange\n");
  EXPECT_EQ(error.message, "git fetch failed (git fetch: fatal: cannot read https://***@h/x: strange)");
}

TEST(SvnXml, IsReadWithConflictsLocksAndChangelists) {
  const auto entries = parse_svn_status(
      "<status><target path='.'><entry path='a &amp; b'><wc-status item='modified' props='none'/></entry>"
      "<entry path='.'><wc-status item='normal' props='none' wc-locked='true'/></entry></target>"
      "<changelist name='c'><entry path='t'><wc-status item='normal' props='none' "
      "tree-conflicted='true'/></entry></changelist></status>");
  ASSERT_TRUE(entries);
  ASSERT_EQ(entries->size(), 3U);
  EXPECT_EQ((*entries)[0].path, "a & b");
  EXPECT_TRUE((*entries)[0].is_modified());
  EXPECT_TRUE((*entries)[1].locked);
  EXPECT_TRUE((*entries)[2].is_conflict());
}

TEST(SvnXml, GivesChangesRelativeToTheUrl) {
  const auto changes = parse_svn_changes(
      "<diff><paths><path item='added' kind='dir'>svn://h/t/a%20b</path><path "
      "item='none'>svn://h/t</path></paths></diff>",
      "svn://h/t");
  ASSERT_TRUE(changes);
  EXPECT_EQ((*changes)[0].path, "a b");
  EXPECT_TRUE((*changes)[0].directory);
  EXPECT_EQ((*changes)[1].path, ".");
}

TEST(SvnXml, RefusesWhatWouldOverflowTheParser) {
  std::string deep;
  for (int level = 0; level < 100000; ++level) deep += "<a>";
  EXPECT_FALSE(parse_xml(deep));
  EXPECT_FALSE(parse_xml("<!DOCTYPE x><a/>"));
  EXPECT_FALSE(parse_xml("<a x='</a>'><a x='>'>"));
  EXPECT_FALSE(parse_xml("<a>\0</a>"s));
  EXPECT_FALSE(parse_xml(""));
}

TEST(SvnVersion, TellsMixedRevisions) {
  EXPECT_TRUE(is_unmixed("12"));
  EXPECT_TRUE(is_unmixed("12MS\n"));
  EXPECT_FALSE(is_unmixed("11:12"));
  EXPECT_FALSE(is_unmixed("Unversioned directory"));
}

// Bytes that nearly are what the tools print: the parsers may refuse them, and nothing else.
void feed_everything(std::string_view bytes) {
  if (const auto status = parse_git_status(bytes))
    (void)(modified_paths(*status).size() + unmerged_paths(*status).size());
  (void)parse_git_diff(bytes);
  (void)parse_git_config(bytes);
  (void)plain_origin(bytes);
  (void)parse_ls_remote(bytes);
  (void)parse_git_list(bytes);
  (void)parse_git_submodules(bytes);
  (void)parse_git_log(bytes);
  (void)parse_forced_update(bytes);
  (void)parse_reflog(bytes, 10);
  (void)find_packed_ref(bytes, "refs/heads/main");
  (void)classify(bytes);
  (void)last_words(bytes);
  (void)parse_svn_info(bytes);
  (void)parse_svn_status(bytes);
  (void)parse_svn_changes(bytes, "svn://h");
  (void)parse_svn_log(bytes);
  (void)is_unmixed(bytes);
  (void)parse_revision(bytes);
  (void)check_git_url(bytes);
  (void)check_svn_url(bytes);
  (void)git_identity(bytes);
  (void)svn_identity(bytes);
  (void)check_branch_name(bytes);
  (void)check_git_revision(bytes);
}

TEST(Parsers, TakeAnyBytes) {
  const std::vector<std::string> seeds{
      "# branch.oid " + id_a + "\0# branch.ab +1 -1\0" + "2 R. SCMU 1 1 1 x x R100 new\0old\0"s,
      ":100644 100644 x x M\0path\0:1 1 x x R100\0a\0b\0"s,
      id_a + "\0Ada\0" + "1700000000\0message\0"s,
      id_a + "\trefs/heads/main\nref: refs/heads/main\tHEAD\n",
      " + 4acc4d0...5a71206 main -> origin/main (forced update)\n",
      "<?xml version='1.0'?><log><logentry "
      "revision='5'><author>&#x4e2d;</author><date>2024-01-01T00:00:00.1Z</date><msg>m</msg></logentry></"
      "log>",
      "<status><entry path='a'><wc-status item='x' wc-locked='true'/></entry></status>",
      "https://me:pw@[::1]:80/a%2fb%zz/../c.git",
      "git@host:a::b"};
  std::mt19937 random{1};
  for (int round = 0; round < 3000; ++round) {
    std::string bytes = seeds[random() % seeds.size()];
    for (unsigned edit = random() % 6; edit > 0 && !bytes.empty(); --edit) {
      const std::size_t at = random() % bytes.size();
      if (random() % 3 == 0)
        bytes.erase(at, random() % 8);
      else if (random() % 2 == 0)
        bytes[at] = static_cast<char>(random());
      else
        bytes.insert(at, bytes.substr(random() % bytes.size(), 12));
    }
    feed_everything(bytes);
  }
}

TEST(SubmoduleUrls, AreRelativeToTheParent) {
  EXPECT_EQ(submodule_url("https://host/team/app.git", "https://other/x.git"), "https://other/x.git");
  EXPECT_EQ(submodule_url("https://host/team/app.git", "../lib.git"), "https://host/team/lib.git");
  EXPECT_EQ(submodule_url("https://host/team/app.git/", "../../lib/"), "https://host/lib");
  EXPECT_EQ(submodule_url("/srv/app", "./inner"), "/srv/app/inner");
  EXPECT_EQ(submodule_url("git@host:team/app.git", "../lib.git"), "git@host:team/lib.git");
  EXPECT_EQ(submodule_url("git@host:app.git", "../lib.git"), "git@host:lib.git");
}

TEST(ATree, IsReadWithItsSizes) {
  const std::string id(40, 'a');
  const std::string out = "100644 blob " + id + "       7\ta b\n" + std::string(1, '\0') + "160000 commit " +
                          id + "       -\tlib" + std::string(1, '\0') + "100755 blob " + id +
                          "     BAD\tgone";
  const auto entries = parse_git_list(out);
  ASSERT_EQ(entries.size(), 3U);
  EXPECT_EQ(entries[0].path, "a b\n");
  EXPECT_EQ(entries[0].size, 7U);
  EXPECT_EQ(entries[0].mode, 0100644U);
  EXPECT_TRUE(entries[1].is_submodule());
  EXPECT_FALSE(entries[1].size);
  EXPECT_FALSE(entries[2].size) << "a file whose content is missing";
}

TEST(Gitmodules, AreReadByPath) {
  const auto found =
      parse_git_submodules(std::string("submodule.a.b.path\nvendor/a\0submodule.a.b.url\n../a.git\0"
                                       "submodule.c.path\nc\0submodule.c.update\nnone\0",
                                       98));
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found.at("vendor/a").url, "../a.git");
  EXPECT_TRUE(found.at("vendor/a").wanted);
  EXPECT_FALSE(found.at("c").wanted);
}

}  // namespace
}  // namespace slipway::vcs
