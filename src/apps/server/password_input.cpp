#include "apps/server/password_input.h"

#include <termios.h>
#include <unistd.h>

#include <csignal>
#include <iostream>

namespace slipway::apps {
namespace {

// Also when the person ends the program with Ctrl-C: the signals wait until the terminal is as it was.
class Silence {
 public:
  Silence() {
    ::sigemptyset(&signals_);
    for (const int signal : {SIGINT, SIGTERM, SIGQUIT, SIGTSTP}) ::sigaddset(&signals_, signal);
    ::sigprocmask(SIG_BLOCK, &signals_, &before_signals_);
    ::tcgetattr(STDIN_FILENO, &before_);
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ISIG);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  ~Silence() {
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    ::sigprocmask(SIG_SETMASK, &before_signals_, nullptr);
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

 private:
  termios before_{};
  sigset_t signals_{};
  sigset_t before_signals_{};
};

base::Result<std::string> read_line() {
  std::string line;
  if (!std::getline(std::cin, line))
    return base::fail(base::ErrorCode::invalid,
                      "no password came; type one, or send it as a line to standard input");
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return line;
}

base::Result<std::string> ask(const std::string& prompt) {
  const Silence silence;
  std::cerr << prompt << std::flush;
  auto line = read_line();
  std::cerr << '\n';
  // Without signals Ctrl-C arrives as a character.
  if (line && line->contains('\x03'))
    return base::fail(base::ErrorCode::cancelled, "cancelled: nothing was changed");
  return line;
}

}  // namespace

base::Result<std::string> read_new_password(const std::string& account) {
  if (::isatty(STDIN_FILENO) == 0) return read_line();
  auto first = ask("New password for " + account + ": ");
  if (!first) return first;
  const auto second = ask("The same again: ");
  if (!second) return second;
  if (*first == *second) return first;
  return base::fail(base::ErrorCode::invalid, "the two passwords differ: nothing was changed");
}

}  // namespace slipway::apps
