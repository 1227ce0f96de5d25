#include "vcs/failure.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include "base/text.h"
#include "vcs/url.h"

namespace slipway::vcs {
namespace {

using base::ErrorCode;

struct Pattern {
  std::string_view text;  // in lower case
  Failure failure;
};

// In this order: what is precise comes before what often follows it ("Could not read from remote
// repository").
constexpr auto patterns = std::to_array<Pattern>({
    {"dubious ownership", Failure::ownership},
    {"unsafe repository", Failure::ownership},
    {"no space left on device", Failure::disk_full},
    {"disk quota exceeded", Failure::disk_full},
    {"database or disk is full", Failure::disk_full},
    {"host key verification failed", Failure::host_key},
    {"remote host identification has changed", Failure::host_key},
    {"ssl certificate", Failure::certificate},
    {"server certificate", Failure::certificate},
    {"certificate verif", Failure::certificate},
    {"e230001", Failure::certificate},
    {"permission denied (", Failure::authentication},
    {"authentication failed", Failure::authentication},
    {"could not read username", Failure::authentication},
    {"could not read password", Failure::authentication},
    {"terminal prompts disabled", Failure::authentication},
    {"no more credentials", Failure::authentication},
    {"authorization failed", Failure::authentication},
    {"e170001", Failure::authentication},
    {"e215004", Failure::authentication},
    {"requested url returned error: 401", Failure::authentication},
    {"requested url returned error: 403", Failure::authentication},
    {"could not resolve host", Failure::host_unknown},
    {"name or service not known", Failure::host_unknown},
    {"temporary failure in name resolution", Failure::host_unknown},
    {"unable to look up", Failure::host_unknown},
    {"unknown hostname", Failure::host_unknown},
    {"e670002", Failure::host_unknown},
    {"timed out", Failure::network_timeout},
    {"timeout was reached", Failure::network_timeout},
    {"operation too slow", Failure::network_timeout},
    {"connection refused", Failure::unreachable},
    {"network is unreachable", Failure::unreachable},
    {"no route to host", Failure::unreachable},
    {"connection reset", Failure::unreachable},
    {"couldn't connect to server", Failure::unreachable},
    {"transport 'file' not allowed", Failure::submodule_transport},
    {"not found in upstream", Failure::branch_missing},
    {"couldn't find remote ref", Failure::branch_missing},
    {"not our ref", Failure::revision_missing},
    {"does not allow request for unadvertised", Failure::revision_missing},
    {"no such remote ref", Failure::revision_missing},
    {"e160006", Failure::revision_missing},
    {"e195012", Failure::revision_missing},
    {"bad object", Failure::revision_missing},
    {"bad revision", Failure::revision_missing},
    {"cannot lock ref", Failure::ref_locked},
    {"index.lock", Failure::locked},
    {".lock': file exists", Failure::locked},
    {"e155037", Failure::interrupted},
    {"e155004", Failure::interrupted},
    {"e155036", Failure::format_too_old},
    {"e155021", Failure::format_too_new},
    {"e155007", Failure::not_a_working_copy},
    {"not a git repository", Failure::not_a_working_copy},
    {"repository not found", Failure::repository_missing},
    {"does not appear to be a git repository", Failure::repository_missing},
    {"access denied or repository not exported", Failure::repository_missing},
    {"' not found", Failure::repository_missing},
    {"' does not exist", Failure::repository_missing},
    {"e160013", Failure::repository_missing},
    {"e170000", Failure::repository_missing},
    {"e180001", Failure::repository_missing},
    {"e200009", Failure::repository_missing},
    {"e210005", Failure::repository_missing},
    {"would be overwritten", Failure::untracked_in_the_way},
    {"not uptodate", Failure::edited},
    {"not up to date", Failure::edited},
    {"permission denied", Failure::permission},
    {"read-only file system", Failure::permission},
    {"object file", Failure::damaged},
    {"index file corrupt", Failure::damaged},
    {"unable to read tree", Failure::incomplete},
    {"e155010", Failure::not_a_working_copy},
    {"could not read from remote repository", Failure::unreachable},
    {"e170013", Failure::unreachable},
    {"e210002", Failure::unreachable},
});

struct Advice {
  ErrorCode code;
  std::string sentence;
};

Advice network_advice(Failure failure, const std::string& url) {
  switch (failure) {
    case Failure::authentication:
      return {ErrorCode::unavailable,
              fmt::format("{} refused our credentials: store a key or a token for the user that "
                          "runs slipway, then try the same command by hand",
                          url)};
    case Failure::host_key:
      return {ErrorCode::unavailable,
              fmt::format("the host key of {} is unknown or has changed: connect to it once by "
                          "hand with ssh, as the user that runs slipway, and check the key",
                          url)};
    case Failure::certificate:
      return {ErrorCode::unavailable, fmt::format("the certificate of {} is not trusted on this host", url)};
    case Failure::host_unknown:
      return {ErrorCode::unavailable,
              fmt::format("the host in {} cannot be found: check the url and this host's DNS", url)};
    case Failure::network_timeout:
      return {ErrorCode::unavailable,
              fmt::format("{} did not answer in time: check the network, then run it again", url)};
    default:
      return {ErrorCode::unavailable,
              fmt::format("{} cannot be reached: check that the server runs and that this host "
                          "may connect to it",
                          url)};
  }
}

Advice local_advice(Failure failure, const Scene& scene) {
  switch (failure) {
    case Failure::disk_full:
      return {ErrorCode::io,
              fmt::format("the disk that holds {} is full: free some space, then run it again", scene.path)};
    case Failure::permission:
      return {ErrorCode::io,
              fmt::format("the user that runs slipway may not read or write everything in {}", scene.path)};
    case Failure::ownership:
      return {ErrorCode::conflict,
              fmt::format("{} belongs to another user than the one that runs slipway, and git "
                          "refuses that",
                          scene.path)};
    case Failure::locked:
      return {ErrorCode::conflict,
              fmt::format("another git process works in {}, or one died there and left a lock file; "
                          "if none runs, remove the file that is named here",
                          scene.path)};
    case Failure::ref_locked:
      return {ErrorCode::conflict,
              fmt::format("a branch in {} is locked by another git process, or a branch's name is "
                          "the directory of another: `git remote prune origin` there helps with "
                          "the latter",
                          scene.path)};
    case Failure::submodule_transport:
      return {ErrorCode::conflict,
              "git does not clone submodules from local paths unless its configuration says "
              "protocol.file.allow=always"};
    case Failure::not_a_working_copy:
      return {ErrorCode::conflict, fmt::format("{} is not a working copy", scene.path)};
    case Failure::format_too_old:
      return {ErrorCode::conflict,
              fmt::format("{} was made by an older svn: run `svn upgrade` there", scene.path)};
    case Failure::format_too_new:
      return {ErrorCode::conflict,
              fmt::format("{} was made by a newer svn than the one on this host: upgrade svn", scene.path)};
    case Failure::interrupted:
      return {ErrorCode::conflict,
              fmt::format("{} is locked by another svn process, or one died there: if none runs, "
                          "`svn cleanup` there helps",
                          scene.path)};
    case Failure::edited:
    case Failure::untracked_in_the_way:
      return {ErrorCode::conflict,
              fmt::format("files in {} were changed since they were checked, and the new revision "
                          "would overwrite them; nothing was switched",
                          scene.path)};
    case Failure::damaged:
    case Failure::incomplete:
      return {ErrorCode::io,
              fmt::format("the repository in {} is damaged: look with `git fsck`, or move it away and let "
                          "it be cloned anew",
                          scene.path)};
    default:
      return {ErrorCode::io, fmt::format("{} failed", scene.what)};
  }
}

Advice advice_for(Failure failure, const Scene& scene) {
  const std::string url = scene.url.empty() ? "the repository" : shown_url(scene.url);
  switch (failure) {
    case Failure::authentication:
    case Failure::host_key:
    case Failure::certificate:
    case Failure::host_unknown:
    case Failure::unreachable:
    case Failure::network_timeout:
      return network_advice(failure, url);
    case Failure::branch_missing:
      return {ErrorCode::not_found, fmt::format("the branch does not exist in {}", url)};
    case Failure::revision_missing:
      return {ErrorCode::not_found, fmt::format("the revision does not exist in {}", url)};
    case Failure::repository_missing:
      return {ErrorCode::not_found,
              fmt::format("{} is not there, or is no repository, or our user may not see it", url)};
    default:
      return local_advice(failure, scene);
  }
}

bool is_noise(std::string_view line) {
  return line.empty() || line.starts_with("hint:") || line.starts_with("Cloning into") ||
         line.starts_with("Please make sure you have") || line.starts_with("and the repository exists");
}

}  // namespace

Failure classify(std::string_view err) {
  std::string text{err};
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  for (const Pattern& pattern : patterns) {
    if (text.contains(pattern.text)) return pattern.failure;
  }
  return Failure::other;
}

std::string last_words(std::string_view err) {
  std::vector<std::string> lines;
  while (!err.empty()) {
    const std::size_t end = std::min(err.find('\n'), err.size());
    std::string_view line = base::trim(err.substr(0, end));
    if (const std::size_t redrawn = line.rfind('\r'); redrawn != std::string_view::npos)
      line.remove_prefix(redrawn + 1);
    if (!is_noise(line)) lines.push_back(base::printable(base::mask_credentials(line)));
    err.remove_prefix(std::min(end + 1, err.size()));
  }
  constexpr std::size_t kept = 4;
  if (lines.size() > kept) lines.erase(lines.begin(), lines.end() - kept);
  return base::join(lines, " / ");
}

base::Error explain(Failure failure, const Scene& scene, std::string_view err) {
  const Advice advice = advice_for(failure, scene);
  const std::string words = last_words(err);
  return {advice.code,
          words.empty() ? advice.sentence : fmt::format("{} ({}: {})", advice.sentence, scene.what, words)};
}

base::Error explain(const Scene& scene, std::string_view err) {
  return explain(classify(err), scene, err);
}

}  // namespace slipway::vcs
