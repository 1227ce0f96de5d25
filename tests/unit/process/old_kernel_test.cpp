// What the library does on kernels that lack something, which seccomp makes ours pretend.
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <thread>

#include "process/process.h"
#include "process/support.h"

namespace slipway::process::test {
namespace {

class OldKernel : public Fixture {
 protected:
  // Runs the command on a thread on which this system call fails, if its second argument is that one.
  base::Result<Exit> run_without(long call, std::optional<unsigned> argument, Command command);
};

bool forbid(long call, std::optional<unsigned> argument) {
  const auto any = static_cast<unsigned char>(argument ? 0 : 1);
  std::array<sock_filter, 6> program{{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(call), 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args[1])),
      BPF_JUMP(BPF_JMP | (any ? BPF_JGE : BPF_JEQ) | BPF_K, argument.value_or(0), 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  }};
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

base::Result<Exit> OldKernel::run_without(long call, std::optional<unsigned> argument, Command command) {
  base::Result<Exit> exit;
  std::thread restricted{[&] {
    ASSERT_TRUE(forbid(call, argument));
    exit = run_it(std::move(command));
  }};
  restricted.join();
  return exit;
}

TEST_F(OldKernel, WithoutPidfdIsPolled) {
  const auto exit = run_without(SYS_pidfd_open, std::nullopt, shell_command("echo hello; exit 4"));
  ASSERT_TRUE(exit);
  EXPECT_EQ(exit->code, 4);
  EXPECT_EQ(recorder.out, "hello\n");
}

TEST_F(OldKernel, WithoutPidfdStops) {
  Command command = shell_command("sleep 1000");
  command.timeout = 50ms;
  EXPECT_EQ(run_without(SYS_pidfd_open, std::nullopt, command)->by, EndedBy::timeout);
}

TEST_F(OldKernel, WithLargePipesLosesNothing) {
  constexpr unsigned set_pipe_size = 1031;  // F_SETPIPE_SZ
  const auto exit = run_without(
      SYS_fcntl, set_pipe_size,
      perl_command("for $i (0..4999) { syswrite($i % 2 ? STDERR : STDOUT, ('x' x 500) . \"\\n\") }"));
  ASSERT_TRUE(exit->ok());
  EXPECT_EQ(recorder.out.size(), 2500U * 501);
  EXPECT_EQ(recorder.err.size(), 2500U * 501);
}

}  // namespace
}  // namespace slipway::process::test
