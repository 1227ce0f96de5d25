#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

#include "agent/fixture.h"

namespace slipway::agent {
namespace {

using test::told_by;
using wire::OutputStream;
using wire::ResultState;
using wire::StepName;
using wire::StepState;
using Lines = std::vector<std::string>;

class SpoolTest : public test::OrderFixture {
 protected:
  const OrderDir order = make_order();
};

TEST_F(SpoolTest, HoldsWhatWasWrittenInOrder) {
  SpoolWriter spool = make_spool(order);
  spool.step_started(StepName::check);
  ASSERT_TRUE(spool.output(OutputStream::stdout_, std::string("a\0b", 3)));
  ASSERT_TRUE(spool.output(OutputStream::stderr_, "oh"));
  spool.note("remarkable");
  spool.step_finished({.step = "check"});
  ASSERT_TRUE(spool.result({.state = ResultState::succeeded}));
  EXPECT_EQ(told_by(spool_bytes(order)),
            (Lines{"started check", "stdout " + std::string("a\0b", 3), "stderr oh", "note remarkable\n",
                   "finished check", "result succeeded"}));
}

TEST_F(SpoolTest, IsMadeOnlyOnce) {
  (void)make_spool(order);
  const auto again = SpoolWriter::create(order);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, base::ErrorCode::conflict);
}

std::uint64_t room_on_disk(const fs::path& file) {
  struct stat status{};
  constexpr std::uint64_t block = 512;  // stat(2): whatever the file system's own
  return ::stat(file.c_str(), &status) == 0 ? static_cast<std::uint64_t>(status.st_blocks) * block : 0;
}

TEST_F(SpoolTest, KeepsAReserveUntilItsResultIsWritten) {
  SpoolWriter spool = make_spool(order);
  ASSERT_TRUE(spool.output(OutputStream::stdout_, std::string(300'000, 'x')));
  EXPECT_GE(room_on_disk(order.spool()), order.spool_length() + 64U * 1024);
  ASSERT_TRUE(spool.result({.state = ResultState::succeeded}));
  EXPECT_LT(room_on_disk(order.spool()), order.spool_length() + 64U * 1024);
}

TEST_F(SpoolTest, CutsALongNote) {
  SpoolWriter spool = make_spool(order);
  spool.note(std::string(100'000, 'x'));
  EXPECT_LT(spool_bytes(order).size(), 9000U);
}

TEST_F(SpoolTest, LosesAHalfFrameWhenItIsOpenedAgain) {
  {
    SpoolWriter spool = make_spool(order);
    spool.step_started(StepName::fetch);
  }
  const std::string whole = spool_bytes(order);
  const std::string next = wire::encode(wire::Output{"stdout"}, "half");
  for (std::size_t cut = 1; cut < next.size(); ++cut) {
    append_raw(order, next.substr(0, cut));
    ASSERT_TRUE(SpoolWriter::reopen(order));
    ASSERT_EQ(spool_bytes(order), whole) << cut;
  }
}

TEST_F(SpoolTest, GoesOnWhereItWasCut) {
  {
    SpoolWriter spool = make_spool(order);
    spool.step_started(StepName::fetch);
  }
  append_raw(order, "\x12\x34");
  auto spool = SpoolWriter::reopen(order);
  ASSERT_TRUE(spool);
  ASSERT_TRUE(spool->result({.state = ResultState::interrupted}));
  EXPECT_EQ(told_by(spool_bytes(order)), (Lines{"started fetch", "result interrupted"}));
}

TEST_F(SpoolTest, LosesBytesThatAreNoFrameWhenItIsOpenedAgain) {
  {
    SpoolWriter spool = make_spool(order);
    spool.note("kept");
  }
  append_raw(order, std::string(5000, '\0'));
  ASSERT_TRUE(SpoolWriter::reopen(order));
  EXPECT_EQ(told_by(spool_bytes(order)), Lines{"note kept\n"});
}

TEST_F(SpoolTest, MayBeOpenedAgainWhereItWasNeverMade) {
  auto spool = SpoolWriter::reopen(order);
  ASSERT_TRUE(spool) << spool.error().message;
  EXPECT_TRUE(spool->result({.state = ResultState::failed}));
  EXPECT_EQ(told_by(spool_bytes(order)), Lines{"result failed"});
}

class ScanSpool : public SpoolTest {
 protected:
  SpoolEnd scan() const { return scan_spool(order.spool()).value(); }
};

TEST_F(ScanSpool, IsAnErrorWithoutASpool) {
  EXPECT_FALSE(scan_spool(order.spool()));
}

TEST_F(ScanSpool, FindsNothingInAnEmptyOne) {
  (void)make_spool(order);
  const SpoolEnd end = scan();
  EXPECT_EQ(end.whole_frames, 0U);
  EXPECT_FALSE(end.result);
  EXPECT_EQ(end.open_step, "");
}

TEST_F(ScanSpool, FindsTheStepThatWasInterrupted) {
  SpoolWriter spool = make_spool(order);
  spool.step_started(StepName::check);
  spool.step_finished({.step = "check", .revision = "r1"});
  spool.step_started(StepName::before_deploy);
  ASSERT_TRUE(spool.output(OutputStream::stdout_, "working"));
  EXPECT_EQ(scan().open_step, "before_deploy");
  EXPECT_EQ(scan().revision_before, "r1");
  EXPECT_EQ(scan().revision_after, "r1");
  EXPECT_FALSE(scan().result);
}

TEST_F(ScanSpool, FindsTheRevisionsBeforeAndAfter) {
  SpoolWriter spool = make_spool(order);
  spool.step_started(StepName::check);
  spool.step_finished({.step = "check", .revision = "r1"});
  spool.step_started(StepName::switch_);
  spool.step_finished({.step = "switch", .revision = "r2"});
  EXPECT_EQ(scan().open_step, "");
  EXPECT_EQ(scan().revision_before, "r1");
  EXPECT_EQ(scan().revision_after, "r2");
}

TEST_F(ScanSpool, FindsTheResult) {
  SpoolWriter spool = make_spool(order);
  ASSERT_TRUE(
      spool.result({.state = ResultState::failed, .step = "fetch", .exit_code = 128, .reason = "no route"}));
  const SpoolEnd end = scan();
  ASSERT_TRUE(end.result);
  EXPECT_EQ(end.result->reason, "no route");
  EXPECT_EQ(end.result->exit_code, 128);
  EXPECT_EQ(end.whole_frames, order.spool_length());
}

TEST_F(ScanSpool, FindsALongResult) {
  SpoolWriter spool = make_spool(order);
  ASSERT_TRUE(spool.result({.state = ResultState::failed, .reason = std::string(20'000, 'x')}));
  ASSERT_TRUE(scan().result);
}

TEST_F(ScanSpool, IsNotDeceivedByOutput) {
  SpoolWriter spool = make_spool(order);
  const std::string forged = wire::encode(wire::OrderResult{.state = ResultState::succeeded});
  ASSERT_TRUE(spool.output(OutputStream::stdout_, forged));
  ASSERT_TRUE(spool.output(OutputStream::stdout_, forged + std::string(8000, 'x')));
  EXPECT_FALSE(scan().result);
}

TEST_F(ScanSpool, CountsWholeFramesOfALongSpool) {
  {
    SpoolWriter spool = make_spool(order);
    for (int i = 0; i < 50; ++i)
      ASSERT_TRUE(spool.output(OutputStream::stdout_, std::string(32'768, static_cast<char>('a' + i % 26))));
  }
  const std::uint64_t whole = order.spool_length();
  append_raw(order, wire::encode(wire::Output{"stdout"}, "half").substr(0, 20));
  EXPECT_EQ(scan().whole_frames, whole);
}

// RLIMIT_FSIZE limits the size of one file, not the room on the disk: it shows what becomes of a write that
// is cut, but the reserve cannot help. That needs a disk that is full: see FullDisk.
class LimitedFile : public SpoolTest {
 protected:
  static void limit_file_size(rlim_t bytes) {
    rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }

  void SetUp() override { before_ = ::signal(SIGXFSZ, SIG_IGN); }
  void TearDown() override {
    limit_file_size(RLIM_INFINITY);
    ::signal(SIGXFSZ, before_);
  }

 private:
  sighandler_t before_ = SIG_DFL;
};

TEST_F(LimitedFile, OutputThatDoesNotFitIsAnErrorAndLeavesNoHalfFrame) {
  SpoolWriter spool = make_spool(order);
  spool.step_started(StepName::fetch);
  const std::string before = spool_bytes(order);
  limit_file_size(before.size() + 1000);
  const auto written = spool.output(OutputStream::stdout_, std::string(5000, 'x'));
  const std::string after = spool_bytes(order);
  limit_file_size(RLIM_INFINITY);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().message, "the order's output cannot be kept: cannot write: File too large");
  EXPECT_EQ(after, before);
}

TEST_F(LimitedFile, SecretsNeverReachTheSpool) {
  SpoolWriter spool = make_spool(order);
  const base::Secrets secrets({"hunter2"});
  spool.mask(secrets);
  ASSERT_TRUE(spool.output(OutputStream::stdout_, "it is hun"));
  ASSERT_TRUE(spool.output(OutputStream::stderr_, "hunter2 too."));
  ASSERT_TRUE(spool.output(OutputStream::stdout_, "ter2, and hun"));
  spool.note("not hunter2");
  spool.step_finished({.step = "after_deploy"});
  ASSERT_TRUE(spool.result({.state = ResultState::failed, .reason = "exit 1: login hunter2"}));
  EXPECT_EQ(told_by(spool_bytes(order)),
            (Lines{"stdout it is ", "stderr *** too.", "stdout ***, and ", "note not ***\n", "stdout hun",
                   "finished after_deploy", "result failed"}));
  EXPECT_EQ(spool_bytes(order).find("hunter2"), std::string::npos);
}

TEST_F(LimitedFile, GoesOnReadablyAfterAWriteThatWasCut) {
  SpoolWriter spool = make_spool(order);
  limit_file_size(1000);
  EXPECT_FALSE(spool.output(OutputStream::stdout_, std::string(5000, 'x')));
  limit_file_size(RLIM_INFINITY);
  ASSERT_TRUE(spool.output(OutputStream::stdout_, "room again"));
  ASSERT_TRUE(spool.result({.state = ResultState::failed}));
  EXPECT_EQ(told_by(spool_bytes(order)), (Lines{"stdout room again", "result failed"}));
}

}  // namespace
}  // namespace slipway::agent
