#include "agent/ask_as.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdlib>
#include <exception>
#include <iostream>

#include "agent/policy/real_path.h"
#include "agent/queries.h"
#include "agent/run_as.h"
#include "agent/target.h"
#include "base/text.h"

namespace slipway::agent {
namespace {

using base::ErrorCode;
namespace fs = std::filesystem;

constexpr const char* variable = "SLIPWAY_QUESTION";
constexpr std::size_t largest_answer = std::size_t{16} << 20U;

// What the process prints.
struct Told {
  std::optional<wire::Answer> answer;
  std::optional<wire::ErrorMessage> error;
};
BOOST_DESCRIBE_STRUCT(Told, (), (answer, error))

ErrorCode code_from(std::string_view name) {
  for (const ErrorCode code : {ErrorCode::invalid, ErrorCode::not_found, ErrorCode::conflict,
                               ErrorCode::unavailable, ErrorCode::timeout, ErrorCode::cancelled}) {
    if (base::name_of(code) == name) return code;
  }
  return ErrorCode::io;
}

base::Result<wire::Answer> understand(const process::Captured& said) {
  const auto parsed = json::parse(said.out);
  auto told = parsed ? json::decode<Told>(*parsed) : std::unexpected(parsed.error());
  if (told && told->answer) return std::move(*told->answer);
  if (told && told->error) return base::fail(code_from(told->error->code), "{}", told->error->message);
  return base::fail(ErrorCode::io, "the question was not answered: {}",
                    base::printable(base::mask_credentials(base::trim(said.err))));
}

base::Result<Question> read_question() {
  const char* text = std::getenv(variable);
  if (text == nullptr)
    return base::fail(ErrorCode::invalid, "the agent starts this itself; there is nothing to do for people");
  const auto parsed = json::parse(text);
  if (!parsed) return std::unexpected(parsed.error());
  ::unsetenv(variable);
  return json::decode<Question>(*parsed);
}

wire::WorkingCopyStatus to_wire(const vcs::Status& status) {
  wire::WorkingCopyStatus result{.modified = status.modified, .modified_total = status.modified_total};
  if (!status.revision.empty()) result.revision = status.revision;
  if (!status.branch.empty()) result.branch = base::to_utf8(status.branch);
  return result;
}

vcs::Status from_wire(wire::WorkingCopyStatus status) {
  return {.revision = status.revision.value_or(""),
          .branch = status.branch.value_or(""),
          .modified = std::move(status.modified),
          .modified_total = status.modified_total};
}

asio::awaitable<base::Result<wire::Answer>> find_answer(Question question, fs::path own) {
  const vcs::Spec spec = to_spec(question.query.target);
  if (question.query.kind != wire::QueryKind::status)
    co_return co_await answer_from_repository(std::move(question.query), own / "cache");
  auto status = question.head_only ? co_await vcs::read_head(spec) : co_await vcs::read_status(spec);
  if (!status) co_return std::unexpected(status.error());
  co_return wire::Answer{.status = to_wire(*status)};
}

base::Result<wire::Answer> answer_as_user(const Question& question) {
  const auto user = policy::find_user(question.user);
  if (!user)
    return base::fail(ErrorCode::not_found, "there is no user {} on this host any more", question.user);
  const auto own = user_directory(question.data, *user);
  if (!own) return std::unexpected(own.error());
  const auto real = policy::real_path(question.query.target.path);
  if (!real) return std::unexpected(real.error());
  if (auto changed = become(*user, *real); !changed) return std::unexpected(changed.error());
  base::Result<wire::Answer> answer;
  asio::io_context loop{1};
  asio::co_spawn(loop, find_answer(question, *own),
                 [&](const std::exception_ptr& bug, base::Result<wire::Answer> found) {
                   if (bug) std::rethrow_exception(bug);
                   answer = std::move(found);
                 });
  loop.run();
  return answer;
}

}  // namespace

asio::awaitable<base::Result<wire::Answer>> ask_as(fs::path program, Question question) {
  process::Command command;
  command.argv = {program.string(), "answer"};
  command.directory = "/";
  command.env = {{variable, boost::json::serialize(json::encode(question))}};
  command.timeout = std::chrono::minutes{12};
  const auto said = co_await process::capture(std::move(command), largest_answer);
  if (!said) co_return std::unexpected(said.error());
  co_return understand(*said);
}

asio::awaitable<base::Result<vcs::Status>> read_status_as(fs::path program, Question question) {
  auto answer = co_await ask_as(std::move(program), std::move(question));
  if (!answer) co_return std::unexpected(answer.error());
  co_return from_wire(std::move(answer->status).value_or(wire::WorkingCopyStatus{}));
}

int answer_question() {
  auto question = read_question();
  auto answer = question ? answer_as_user(*question) : std::unexpected(question.error());
  Told told;
  if (answer)
    told.answer = std::move(*answer);
  else
    told.error = wire::ErrorMessage{{},
                                    std::string(base::name_of(answer.error().code)),
                                    base::to_utf8(base::mask_credentials(answer.error().message))};
  std::cout << boost::json::serialize(json::encode(told)) << std::endl;
  return told.answer ? 0 : 1;
}

asio::awaitable<base::Result<vcs::Status>> OwnedWorkingCopies::head(vcs::Spec spec) {
  const std::string user = guard_.user_of(spec.path);
  if (user.empty()) co_return co_await WorkingCopies::head(std::move(spec));
  co_return co_await ask(std::move(spec), user, true);
}

asio::awaitable<base::Result<vcs::Status>> OwnedWorkingCopies::search(vcs::Spec spec) {
  const std::string user = guard_.user_of(spec.path);
  if (user.empty()) co_return co_await WorkingCopies::search(std::move(spec));
  co_return co_await ask(std::move(spec), user, false);
}

asio::awaitable<base::Result<vcs::Status>> OwnedWorkingCopies::ask(vcs::Spec spec, std::string user,
                                                                   bool head_only) {
  Question question{.user = std::move(user), .data = data_.string(), .head_only = head_only};
  question.query.kind = wire::QueryKind::status;
  question.query.target = to_target(spec);
  co_return co_await read_status_as(program_, std::move(question));
}

}  // namespace slipway::agent
