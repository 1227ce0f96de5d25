// Questions about a path whose files belong to another user ("run_as"), answered by a process of that user:
// git and svn must neither run as root in his folders nor leave root's files there.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/describe.hpp>
#include <filesystem>
#include <optional>
#include <string>

#include "agent/guard.h"
#include "agent/status_reader.h"
#include "base/error.h"
#include "vcs/vcs.h"
#include "wire/message.h"

namespace slipway::agent {

namespace asio = boost::asio;

struct Question {
  std::string user;
  std::string data;        // the agent's data directory
  bool head_only = false;  // of a status: without the search for local changes
  wire::Query query;
};
BOOST_DESCRIBE_STRUCT(Question, (), (user, data, head_only, query))

// `program` is this executable.
asio::awaitable<base::Result<wire::Answer>> ask_as(std::filesystem::path program, Question question);
asio::awaitable<base::Result<vcs::Status>> read_status_as(std::filesystem::path program, Question question);

// `slipway-agent answer`, which ask_as starts: the question is in its environment, where other users do not
// see it. Returns the exit code.
int answer_question();

// The working copies of this host, each looked at as the user to whom it belongs.
class OwnedWorkingCopies final : public WorkingCopies {
 public:
  OwnedWorkingCopies(const Guard& guard, std::filesystem::path program, std::filesystem::path data)
      : guard_(guard), program_(std::move(program)), data_(std::move(data)) {}

  asio::awaitable<base::Result<vcs::Status>> head(vcs::Spec spec) override;
  asio::awaitable<base::Result<vcs::Status>> search(vcs::Spec spec) override;

 private:
  asio::awaitable<base::Result<vcs::Status>> ask(vcs::Spec spec, std::string user, bool head_only);

  const Guard& guard_;
  std::filesystem::path program_;
  std::filesystem::path data_;
};

}  // namespace slipway::agent
