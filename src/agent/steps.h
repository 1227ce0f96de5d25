// The steps of an order, from check to health_check, and the way back of a node that does not get healthy.
// steps_hooks.cpp holds those that run commands, steps_policy.cpp what the policy of this host demands.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/policy/grant.h"
#include "agent/spool_writer.h"
#include "agent/target.h"
#include "process/process.h"
#include "vcs/vcs.h"
#include "wire/message.h"

namespace slipway::agent {

namespace asio = boost::asio;

// What the policy of this host says about the order, with the files that it names.
struct Permit {
  policy::Grant grant;
  vcs::Signers signers;
};

using SecretValues = std::map<std::string, std::string>;  // by the name of the variable

// How the wait behind the fetch ended.
enum class Word { proceed, stop, none };

// Waits at most so long for the server's word.
using Hold = std::function<asio::awaitable<Word>(base::Millis limit)>;

class Steps {
 public:
  Steps(const wire::Order& order, SpoolWriter& spool, vcs::WorkingCopy& working_copy,
        process::StopRequest& stop, std::function<std::string()> cancel_reason, Hold hold,
        const Permit* permit = nullptr, SecretValues secrets = {});

  // Runs them one after the other until one fails. Everything that happens is in the spool, except the
  // result, which is returned.
  asio::awaitable<wire::OrderResult> run();

 private:
  // How one step ended; what is set beside `state` explains a failure.
  struct Outcome {
    wire::StepState state = wire::StepState::succeeded;
    std::optional<int> exit_code;
    std::string reason;
    std::optional<std::string> revision;
    bool rejected = false;  // by the policy
  };

  // What hooks are told of the order. A node that goes back by itself has another aim than its order.
  struct Aim {
    wire::Action action;
    std::string revision;
    std::string previous;
  };

  asio::awaitable<void> run_steps();
  asio::awaitable<bool> step(wire::StepName name, asio::awaitable<Outcome> work);
  asio::awaitable<Outcome> check();
  asio::awaitable<Outcome> fetch();
  asio::awaitable<Outcome> switch_revision();
  asio::awaitable<bool> hold();
  asio::awaitable<Outcome> switch_back();
  asio::awaitable<bool> get_healthy();
  asio::awaitable<void> go_back();
  asio::awaitable<void> find_revision_after();
  asio::awaitable<void> conclude();

  // steps_policy.cpp
  std::optional<Outcome> forbidden() const;
  asio::awaitable<Outcome> vouch();
  asio::awaitable<base::Result<bool>> is_on_allowed_ref();
  Outcome rejected(policy::Refusal refusal) const;
  base::Result<> keep_output(wire::OutputStream stream, std::string_view bytes);

  // True also when there are no commands for this step, which is left out then.
  asio::awaitable<bool> hook_step(wire::StepName name);
  const std::vector<std::string>& commands_of(wire::StepName name) const;
  asio::awaitable<Outcome> hooks(wire::StepName name, std::vector<std::string> commands);
  asio::awaitable<Outcome> hook(wire::StepName name, std::string command);
  asio::awaitable<Outcome> health();
  std::expected<std::string, policy::Refusal> shell_command(const std::string& written) const;
  process::Command hook_command(const std::string& command) const;
  fs::path hook_directory() const;
  Outcome judge_hook(wire::StepName name, const std::string& command,
                     const base::Result<process::Exit>& exit);

  Outcome failed(const base::Error& error) const;
  Outcome cancelled() const;
  void finish(wire::StepName name, const Outcome& outcome, std::chrono::steady_clock::time_point started);
  process::Sink to_spool();

  const wire::Order& order_;
  SpoolWriter& spool_;
  vcs::WorkingCopy& working_copy_;
  process::StopRequest& stop_;
  std::function<std::string()> cancel_reason_;
  Hold hold_;
  const Permit* permit_;  // null: this host has no policy
  SecretValues secrets_;
  vcs::Io io_;
  wire::OrderResult result_;
  Aim aim_;
  std::uint64_t printed_ = 0;
  bool switch_tried_ = false;
  // Whether result_.revision_after is sure to be true: nothing happened since it was seen that may have moved
  // the working copy.
  bool revision_sure_ = true;
};

}  // namespace slipway::agent
