#include <gmock/gmock.h>

#include <algorithm>
#include <random>

#include "base/text.h"
#include "process/process.h"
#include "process/support.h"

namespace slipway::process::test {
namespace {

class Output : public Fixture {};

TEST_F(Output, KeepsTheOrderOfAlternatingWrites) {
  constexpr std::size_t count = 20000;
  EXPECT_TRUE(perl("for $i (0..19999) { syswrite($i % 2 ? STDERR : STDOUT, \"$i\\n\") }")->ok());
  ASSERT_EQ(recorder.pieces.size(), count);
  for (std::size_t index = 0; index < count; ++index) {
    ASSERT_EQ(recorder.pieces[index].first, index % 2 == 0 ? Stream::out : Stream::err);
    ASSERT_EQ(recorder.pieces[index].second, std::to_string(index) + "\n");
  }
}

TEST_F(Output, KeepsTheOrderOfWritesOfAnySize) {
  // Each write starts with its number in the sequence; streams and sizes (also over a page) are random.
  const std::string script = R"(
    srand(7);
    for $i (0..2999) { syswrite(rand() < 0.5 ? STDERR : STDOUT, sprintf("<%d>", $i) . "." x int(rand(10000))) })";
  EXPECT_TRUE(perl(script)->ok());
  std::string all;
  for (const auto& [stream, text] : recorder.pieces) all += text;
  std::erase(all, '.');
  std::string expected;
  for (int index = 0; index < 3000; ++index) expected += "<" + std::to_string(index) + ">";
  EXPECT_EQ(all, expected);
}

TEST_F(Output, KeepsTheOrderAcrossProcesses) {
  EXPECT_TRUE(shell("for i in 1 2 3 4 5 6 7 8 9; do /bin/echo o$i; /bin/echo e$i >&2; done")->ok());
  ASSERT_EQ(recorder.pieces.size(), 18U);
  for (std::size_t index = 0; index < 18; ++index) {
    const std::string number = std::to_string(index / 2 + 1);
    EXPECT_EQ(recorder.pieces[index].second, (index % 2 == 0 ? "o" : "e") + number + "\n");
  }
}

TEST_F(Output, PassesOnOneLargeWrite) {
  EXPECT_TRUE(perl("syswrite(STDOUT, 'x' x (1 << 20))")->ok());
  EXPECT_EQ(recorder.out, std::string(1U << 20U, 'x'));
  EXPECT_TRUE(
      std::ranges::all_of(recorder.calls, [](const std::string& call) { return call.size() <= 32768; }));
}

TEST_F(Output, PassesOnWhatWasWrittenJustBeforeTheEnd) {
  for (int round = 0; round < 50; ++round) {
    recorder = {};
    EXPECT_TRUE(shell("echo last; echo words >&2")->ok());
    ASSERT_EQ(recorder.out + recorder.err, "last\nwords\n");
  }
}

TEST_F(Output, IsLosslessWhenAProgramOpensItsOutputAnew) {
  // Written without packet mode: pieces may merge, but all of them come.
  EXPECT_TRUE(shell("i=0; while [ $i -lt 500 ]; do echo $i; i=$((i+1)); done > /dev/stdout")->ok());
  std::string expected;
  for (int index = 0; index < 500; ++index) expected += std::to_string(index) + "\n";
  EXPECT_EQ(recorder.out, expected);
}

TEST_F(Output, KeepsBytesAsTheyAre) {
  EXPECT_TRUE(perl("binmode STDOUT; syswrite(STDOUT, join('', map { chr } 0..255) x 300)")->ok());
  std::string expected;
  for (int index = 0; index < 256 * 300; ++index) expected += static_cast<char>(index % 256);
  EXPECT_EQ(recorder.out, expected);
}

TEST_F(Output, DoesNotTearCharacters) {
  // Pages end in the middle of characters. A writer that is not scheduled for 100 ms may be torn, hence
  // rounds.
  const auto whole = [&] {
    recorder = {};
    EXPECT_TRUE(perl(R"(syswrite(STDOUT, "x" . "\xe2\x82\xac" x 7000))")->ok());
    return std::ranges::all_of(recorder.calls, [](const std::string& call) { return base::is_utf8(call); });
  };
  EXPECT_TRUE(eventually(whole));
  EXPECT_EQ(recorder.out.size(), 21001U);
}

TEST_F(Output, PassesOnAHalfCharacterThatStaysOne) {
  recorder.watch = [&](const std::string&) { stop.request(); };
  const auto exit = perl(R"(syswrite(STDOUT, "\xc3"); sleep 1000)");
  EXPECT_EQ(exit->by, EndedBy::stop);
  EXPECT_EQ(recorder.out, "\xc3");
}

TEST_F(Output, PassesOnAHalfCharacterAtTheEnd) {
  EXPECT_TRUE(perl(R"(syswrite(STDOUT, "a\xc3"))")->ok());
  EXPECT_EQ(recorder.out, "a\xc3");
}

TEST_F(Output, ErrorOfTheSinkStopsTheTree) {
  recorder.refuse = base::Error{base::ErrorCode::io, "disk full"};
  const auto exit = shell("sleep 1000 & echo $$ $!; wait");
  ASSERT_FALSE(exit);
  EXPECT_EQ(exit.error().message, "disk full");
  ASSERT_EQ(pids().size(), 2U);
  for (const pid_t pid : pids()) EXPECT_FALSE(lives(pid));
  EXPECT_EQ(recorder.calls.size(), 1U);
}

TEST_F(Output, ErrorOfTheSinkAtTheEndIsReturned) {
  recorder.refuse = base::Error{base::ErrorCode::io, "disk full"};
  const auto exit = shell("echo x");
  ASSERT_FALSE(exit);
  EXPECT_EQ(exit.error().message, "disk full");
}

}  // namespace
}  // namespace slipway::process::test
