#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "vcs/releases_sandbox.h"

namespace slipway::vcs {
namespace {

class AGitRelease : public GitReleases {
 protected:
  std::string note_of(const Order& order) const {
    std::string all;
    for (const std::string& note : order.notes) all += note + "\n";
    return all;
  }
};

TEST_F(AGitRelease, IsMadeAndServedThroughALink) {
  const Order done = deploy(second);
  ASSERT_EQ(done.error(), "");
  EXPECT_EQ(done.checked->revision, "");
  EXPECT_EQ(read(current("index.html")), "two\n");
  EXPECT_EQ(fs::read_symlink(www() / "current"), "releases/" + now());
  EXPECT_THAT(now(), testing::MatchesRegex("[0-9]{8}T[0-9]{6}Z-" + second.substr(0, 10)));
  EXPECT_FALSE(fs::exists(current(".git")));
  const auto status = wait_for(read_status(releases()));
  ASSERT_TRUE(status) << status.error().message;
  EXPECT_EQ(status->revision, second);
  EXPECT_EQ(status->modified_total, 0U);
  EXPECT_EQ(wait_for(read_head(releases()))->revision, second);
  EXPECT_EQ(stamp_of(releases()), now());
}

TEST_F(AGitRelease, CostsTheDiskOnlyWhatChanged) {
  for (int index = 0; index < 50; ++index)
    write(in("origin/assets") / std::to_string(index), std::string(10'000, 'a'));
  const std::string third = commit("index.html", "three\n", "third");
  ASSERT_EQ(deploy(third).error(), "");
  const fs::path old = fs::canonical(current());
  const std::string fourth = commit("index.html", "four\n", "fourth");
  ASSERT_EQ(deploy(fourth).error(), "");
  ASSERT_NE(fs::canonical(current()), old);
  for (int index = 0; index < 50; ++index) {
    const std::string name = "assets/" + std::to_string(index);
    EXPECT_EQ(inode(current(name)), inode(old / name));
  }
  EXPECT_NE(inode(current("index.html")), inode(old / "index.html"));
  EXPECT_EQ(read(current("index.html")), "four\n");
  EXPECT_EQ(read(old / "index.html"), "three\n");
}

TEST_F(AGitRelease, FetchesOnlyNewObjects) {
  for (int index = 0; index < 200; ++index)
    write(in("origin/assets") / std::to_string(index), "asset " + std::to_string(index));
  ASSERT_EQ(deploy(commit("index.html", "three\n", "third")).error(), "");
  const std::string count =
      "cd cache/*.git && git count-objects -v | sed -n 's/^\\(count\\|in-pack\\): //p' | paste -sd+ | bc";
  const int before = std::stoi(sh(count));
  ASSERT_GT(before, 200);
  ASSERT_EQ(deploy(commit("index.html", "four\n", "fourth")).error(), "");
  // A commit, its tree and one file.
  EXPECT_EQ(std::stoi(sh(count)), before + 3);
}

TEST_F(AGitRelease, ThatIsStillThereIsServedAgainWithoutTheNetworkOrACopy) {
  ASSERT_EQ(deploy(first).error(), "");
  const fs::path old = fs::canonical(current());
  ASSERT_EQ(deploy(second).error(), "");
  unplug();
  fs::remove_all(in("cache"));
  count_processes();
  const Order back = deploy(first);
  ASSERT_EQ(back.error(), "");
  EXPECT_EQ(fs::canonical(current()), old);
  EXPECT_EQ(read(current("index.html")), "one\n");
  EXPECT_THAT(started(), IsEmpty());
  EXPECT_EQ(known().size(), 2U);
}

TEST_F(AGitRelease, ThatIsCurrentIsLeftAlone) {
  ASSERT_EQ(deploy(second).error(), "");
  const std::string name = now();
  unplug();
  ASSERT_EQ(deploy(second).error(), "");
  EXPECT_EQ(now(), name);
  EXPECT_EQ(known().size(), 1U);
}

TEST_F(AGitRelease, NeverContainsWhatSomebodyChangedInAnEarlierOne) {
  commit("b.txt", "b\n", "b");
  ASSERT_EQ(deploy(commit("a.txt", "a\n", "a")).error(), "");
  sh("echo changed >> www/current/b.txt && rm www/current/index.html && echo new > www/current/untracked");
  const auto status = wait_for(read_status(releases()));
  EXPECT_THAT(status->modified, ElementsAre("b.txt", "index.html"));
  const Order done = deploy(commit("a.txt", "aa\n", "aa"));
  ASSERT_EQ(done.error(), "");
  EXPECT_EQ(read(current("b.txt")), "b\n");
  EXPECT_EQ(read(current("index.html")), "two\n");
  EXPECT_FALSE(fs::exists(current("untracked")));
  EXPECT_THAT(note_of(done), HasSubstr("2 files were changed in the release"));
}

TEST_F(AGitRelease, ThatWasEditedIsMadeAnewWhenItIsWantedAgain) {
  ASSERT_EQ(deploy(first).error(), "");
  const std::string old = now();
  sh("echo edited > www/current/index.html");
  ASSERT_EQ(deploy(second).error(), "");
  unplug();
  ASSERT_EQ(deploy(first).error(), "");
  EXPECT_NE(now(), old);
  EXPECT_EQ(read(current("index.html")), "one\n");
  EXPECT_EQ(read(www() / "releases" / old / "index.html"), "edited\n");
}

TEST_F(AGitRelease, TreatsLocalChangesAsItIsTold) {
  ASSERT_EQ(deploy(second).error(), "");
  const std::string name = now();
  sh("echo edited > www/current/index.html");
  EXPECT_THAT(deploy(first, LocalChanges::refuse).error(),
              AllOf(HasSubstr("index.html"), HasSubstr("1 file")));
  ASSERT_EQ(deploy(second, LocalChanges::keep).error(), "");
  EXPECT_EQ(now(), name);
  EXPECT_EQ(read(current("index.html")), "edited\n");
  ASSERT_EQ(deploy(second, LocalChanges::discard).error(), "");
  EXPECT_NE(now(), name);
  EXPECT_EQ(read(current("index.html")), "two\n");
}

TEST_F(AGitRelease, IsNotChangedByAHookThatWritesIntoTheNextOne) {
  commit("version.php", "version\n", "version");
  ASSERT_EQ(deploy(second).error(), "");
  const std::string third = commit("other", "other\n", "third");
  ASSERT_EQ(deploy(third).error(), "");
  const fs::path old = fs::canonical(current());
  before_switch = [&] {
    const std::string made = known().front().name;
    ASSERT_EQ(inode(www() / "releases" / made / "version.php"), inode(old / "version.php"));
    sh("echo 'built in' >> www/releases/" + made + "/version.php");
  };
  const Order done = deploy(commit("other", "more\n", "fourth"));
  ASSERT_EQ(done.error(), "");
  EXPECT_EQ(read(current("version.php")), "version\nbuilt in\n");
  EXPECT_EQ(read(old / "version.php"), "version\n");
  EXPECT_THAT(note_of(done), HasSubstr("version.php"));
  before_switch = [] {};
  ASSERT_EQ(deploy(third).error(), "");
  EXPECT_EQ(fs::canonical(current()), old);
}

TEST_F(AGitRelease, KeepsModesLinksEmptyFilesAndOddNames) {
  sh("cd origin && printf '#!/bin/sh\\n' > run && chmod +x run && ln -s index.html link && ln -s nowhere "
     "dangling && "
     ": > empty && mkdir -p 'a b/中文' && echo x > 'a b/中文/-n' && printf y > \"$(printf 'bad\\377name')\"");
  ASSERT_EQ(deploy(commit("z", "z\n", "odd")).error(), "");
  const fs::path old = fs::canonical(current());
  ASSERT_EQ(deploy(commit("z", "zz\n", "odd again")).error(), "");
  for (const fs::path& release : {old, fs::canonical(current())}) {
    EXPECT_NE(fs::status(release / "run").permissions() & fs::perms::owner_exec, fs::perms::none);
    EXPECT_EQ(fs::status(release / "index.html").permissions() & fs::perms::owner_exec, fs::perms::none);
    EXPECT_EQ(fs::read_symlink(release / "link"), "index.html");
    EXPECT_EQ(fs::read_symlink(release / "dangling"), "nowhere");
    EXPECT_EQ(read(release / "empty"), "");
    EXPECT_EQ(read(release / "a b/中文/-n"), "x\n");
    EXPECT_EQ(read(release / "bad\377name"), "y");
  }
}

TEST_F(AGitRelease, RespectsAttributesAlsoWhenOnlyTheyChange) {
  sh("cd origin && git config core.safecrlf false");
  commit(".gitattributes", "*.txt text eol=lf\n", "attributes");
  ASSERT_EQ(deploy(commit("a.txt", "a\nb\n", "text")).error(), "");
  EXPECT_EQ(read(current("a.txt")), "a\nb\n");
  ASSERT_EQ(deploy(commit(".gitattributes", "*.txt text eol=crlf\n", "other line ends")).error(), "");
  EXPECT_EQ(read(current("a.txt")), "a\r\nb\r\n");
}

TEST_F(AGitRelease, HasAFileInThePlaceOfAFolderAndTheOtherWayRound) {
  commit("a/b", "file\n", "folder");
  ASSERT_EQ(deploy(commit("c", "file\n", "file")).error(), "");
  sh("cd origin && rm -r a c && echo a > a && mkdir c && echo d > c/d");
  ASSERT_EQ(deploy(commit("e", "e\n", "swapped")).error(), "");
  EXPECT_EQ(read(current("a")), "a\n");
  EXPECT_EQ(read(current("c/d")), "d\n");
}

TEST_F(AGitRelease, HasItsSubmodules) {
  write(in("home/.gitconfig"), "[init]\n\tdefaultBranch = main\n[protocol \"file\"]\n\tallow = always\n");
  sh("git init -q lib && cd lib && git init -q ../deep && cd ../deep && echo deep > deep.txt && git add . && "
     "git commit -q -m deep && cd ../lib && echo lib > lib.txt && git add . && "
     "git submodule --quiet add ../deep inner && git commit -q -m lib");
  sh("cd origin && git submodule --quiet add ../lib vendor/lib");
  ASSERT_EQ(deploy(commit("x", "x\n", "with a submodule")).error(), "");
  EXPECT_EQ(read(current("vendor/lib/lib.txt")), "lib\n");
  EXPECT_EQ(read(current("vendor/lib/inner/deep.txt")), "deep\n");
  const fs::path old = fs::canonical(current());
  ASSERT_EQ(deploy(commit("x", "xx\n", "again")).error(), "");
  EXPECT_EQ(inode(old / "vendor/lib/lib.txt"), inode(current("vendor/lib/lib.txt")));
}

TEST_F(AGitRelease, MayNotHaveASubmoduleByAnUnsafeTransport) {
  sh("git init -q lib && cd lib && echo lib > lib.txt && git add . && git commit -q -m lib");
  sh("cd origin && git -c protocol.file.allow=always submodule --quiet add '" + in("lib").string() + "' lib");
  EXPECT_THAT(deploy(commit("x", "x\n", "file submodule")).error(), HasSubstr("submodule"));
  sh("cd origin && git config -f .gitmodules submodule.lib.url 'ext::touch pwned'");
  EXPECT_THAT(deploy(commit("x", "xx\n", "ext submodule")).error(), HasSubstr("ext"));
  EXPECT_EQ(now(), "");
}

TEST_F(AGitRelease, OfAVanishedRevisionFailsWithNothingSwitched) {
  ASSERT_EQ(deploy(second).error(), "");
  const std::string gone = commit("index.html", "gone\n", "gone");
  sh("cd origin && git reset -q --hard " + second +
     " && git reflog expire --expire=now --all && git gc -q --prune=now");
  const Order done = deploy(gone);
  EXPECT_THAT(done.error(), AllOf(HasSubstr(gone), HasSubstr("choose another revision")));
  EXPECT_EQ(read(current("index.html")), "two\n");
  EXPECT_EQ(known().size(), 1U);
}

TEST_F(AGitRelease, IsMadeFromACacheThatAKilledFetchLeftHalfFilled) {
  branch = "main";
  ASSERT_EQ(deploy(first).error(), "");
  const std::string third = commit("index.html", "three\n", "third");
  sh("cd cache/*.git && git fetch -q '" + url() + "' main && rm -f objects/*/" +
     sh("cd origin && git rev-parse HEAD:index.html").substr(2) + " && touch refs/remotes/origin/main.lock");
  ASSERT_EQ(deploy(third).error(), "");
  EXPECT_EQ(read(current("index.html")), "three\n");
}

TEST_F(AGitRelease, ReadsHistoryAndRevisionsFromTheCache) {
  ASSERT_EQ(deploy(first).error(), "");
  EXPECT_EQ(wait_for(resolve(releases(), "", in("cache"))).value(), second);
  EXPECT_EQ(wait_for(resolve(releases(), first.substr(0, 12), in("cache"))).value(), first);
  const auto page =
      wait_for(read_log(releases(), {.limit = 10, .before = "", .cache_directory = in("cache")}));
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_THAT(page->commits, SizeIs(2));
}

TEST_F(AGitRelease, IsNeverMissingOrMixedForAReader) {
  commit("b.txt", "two\n", "one pair");
  const std::string even = commit("index.html", "two\n", "one pair");
  sh("cd origin && echo three > b.txt");
  const std::string odd = commit("index.html", "three\n", "the other pair");
  ASSERT_EQ(deploy(even).error(), "");
  const std::string a = now();
  ASSERT_EQ(deploy(odd).error(), "");
  const std::string b = now();
  std::atomic<bool> done = false;
  std::atomic<int> reads = 0;
  std::atomic<int> wrong = 0;
  std::thread reader([&] {
    while (!done) {
      // Both files through one opened folder, as a program that was started there reads them.
      const int folder = ::open(current().c_str(), O_RDONLY | O_DIRECTORY);
      const auto text = [folder](const char* name) {
        const int file = ::openat(folder, name, O_RDONLY);
        char buffer[16] = {};
        const ssize_t got = file < 0 ? -1 : ::read(file, buffer, sizeof buffer - 1);
        ::close(file);
        return got < 0 ? std::string{"missing"} : std::string{buffer};
      };
      const std::string one = text("index.html");
      const bool complete = folder >= 0 && (one == "two\n" || one == "three\n") && one == text("b.txt");
      if (!complete || read(current("b.txt")).empty()) ++wrong;
      ::close(folder);
      ++reads;
    }
  });
  const ReleaseBook book{www()};
  for (int turn = 0; turn < 1000; ++turn) ASSERT_TRUE(make_current(book, turn % 2 == 0 ? a : b, ""));
  while (reads < 10) std::this_thread::yield();
  done = true;
  reader.join();
  EXPECT_EQ(wrong, 0) << "of " << reads;
}

}  // namespace
}  // namespace slipway::vcs
