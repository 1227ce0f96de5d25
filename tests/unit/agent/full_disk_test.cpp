// A disk that is full for real: a small tmpfs in a mount namespace of a child process. Where the system does
// not allow that, these tests are skipped.
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "agent/fixture.h"

namespace slipway::agent {
namespace {

using test::told_by;
using wire::OutputStream;
using Lines = std::vector<std::string>;

constexpr int no_namespaces = 77;

bool write_text(const char* file, std::string_view text) {
  const base::UniqueFd fd{::open(file, O_WRONLY | O_CLOEXEC)};
  return fd && base::write_all(fd.get(), text);
}

// Whether the directory is now a disk of its own with 256 KiB.
bool mount_small_disk(const fs::path& directory) {
  const std::string users = fmt::format("0 {} 1", ::getuid());
  const std::string groups = fmt::format("0 {} 1", ::getgid());
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
  if (!write_text("/proc/self/setgroups", "deny")) return false;
  if (!write_text("/proc/self/uid_map", users) || !write_text("/proc/self/gid_map", groups)) return false;
  return ::mount("none", directory.c_str(), "tmpfs", 0, "size=256k") == 0;
}

class FullDisk : public testing::Test {
 protected:
  // Runs it in a child with the disk mounted; what it returns is what went wrong.
  void on_a_small_disk(const std::function<std::string(const fs::path&)>& body) {
    int pipe[2];
    ASSERT_EQ(::pipe2(pipe, O_CLOEXEC), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      if (!mount_small_disk(root.path())) ::_exit(no_namespaces);
      (void)base::write_all(pipe[1], body(root.path()));
      ::_exit(0);
    }
    const base::UniqueFd reader{pipe[0]};
    ::close(pipe[1]);
    char problem[4096];
    const ssize_t got = ::read(reader.get(), problem, sizeof problem);
    int status = 0;
    ::waitpid(child, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == no_namespaces) GTEST_SKIP() << "no mount namespaces here";
    EXPECT_EQ(status, 0);
    EXPECT_EQ(std::string(problem, static_cast<std::size_t>(std::max<ssize_t>(got, 0))), "");
  }

  slipway::test::TempDir root;
};

std::string fill_and_finish(const fs::path& disk) {
  const auto order = OrderDir::create(disk, test::make_record());
  if (!order) return order.error().message;
  auto spool = SpoolWriter::create(*order);
  if (!spool) return spool.error().message;
  spool->step_started(wire::StepName::before_deploy);
  base::Result<> written;
  int pieces = 0;
  for (; written && pieces < 100; ++pieces)
    written = spool->output(OutputStream::stdout_, std::string(8000, 'x'));
  if (written) return "the disk never became full";
  if (written.error().message.find("No space left on device") == std::string::npos)
    return written.error().message;
  spool->note("the disk is full");
  spool->step_finished({.step = "before_deploy", .state = wire::StepState::failed});
  if (auto result = spool->result({.state = wire::ResultState::failed, .reason = std::string(3000, 'y')});
      !result) {
    return "no result: " + result.error().message;
  }
  const Lines lines = told_by(base::read_file(order->spool()).value());
  const Lines last(lines.end() - 3, lines.end());
  if (last != Lines{"note the disk is full\n", "finished before_deploy", "result failed"})
    return base::join(last, "|");
  const std::string big(8192, 'z');
  return base::write_file_durably(disk / "after", big) ? ""
                                                       : "what was reserved and not needed is still taken";
}

TEST_F(FullDisk, HasRoomForTheResultAllTheSame) {
  on_a_small_disk(fill_and_finish);
}

std::string refuse_an_order(const fs::path& disk) {
  fs::create_directory(disk / "orders");
  const std::string content(8192, 'x');
  for (int i = 0; base::write_file_durably(disk / std::to_string(i), content); ++i) {
    if (i > 1000) return "the disk never became full";
  }
  const auto order = OrderDir::create(disk / "orders", test::make_record());
  if (order) return "an order was accepted on a full disk";
  return fs::is_empty(disk / "orders") ? "" : "something of the order is left";
}

TEST_F(FullDisk, AcceptsNoOrderAndLeavesNothingOfIt) {
  on_a_small_disk(refuse_an_order);
}

}  // namespace
}  // namespace slipway::agent
