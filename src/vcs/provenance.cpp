#include "vcs/provenance.h"

#include <algorithm>

#include "base/file.h"
#include "base/text.h"
#include "vcs/git_parse.h"
#include "vcs/temporary_directory.h"

namespace slipway::vcs {
namespace {

using base::ErrorCode;

constexpr std::string_view branches = "refs/remotes/origin/";
constexpr std::string_view tags = "refs/slipway/tags/";

std::vector<std::string> named_by_repository(std::string_view listed) {
  std::vector<std::string> names;
  for (const std::string& ref : split_at(listed, '\n')) {
    if (ref.starts_with(branches) && ref != std::string(branches) + "HEAD")
      names.push_back("refs/heads/" + ref.substr(branches.size()));
    if (ref.starts_with(tags)) names.push_back("refs/tags/" + ref.substr(tags.size()));
  }
  return names;
}

std::unexpected<base::Error> not_trusted(const std::string& revision, std::string_view why) {
  return base::fail(ErrorCode::conflict, "the commit {} {}", base::shorten(revision, 12), why);
}

// The first words of what git and its helpers said.
std::string words_of(const Outcome& outcome) {
  const std::string said = outcome.err.empty() ? outcome.out : outcome.err;
  std::vector<std::string> lines;
  for (const std::string& line : split_at(said, '\n')) {
    if (!line.starts_with("[GNUPG:]") && !base::trim(line).empty()) lines.push_back(line);
  }
  return base::printable(base::shorten(base::join(lines, "; "), 300));
}

base::Result<> write_signers(const fs::path& directory, const Signers& signers) {
  if (auto made = base::make_writable_directory(directory / "gnupg"); !made) return made;
  if (auto written = base::write_file_durably(directory / "keyring", signers.keyring); !written)
    return written;
  return base::write_file_durably(directory / "allowed_signers", signers.allowed_signers);
}

asio::awaitable<base::Result<>> import_keys(const fs::path& directory, process::StopRequest* stop) {
  process::Command command;
  command.argv = {"gpg",       "--batch",
                  "--quiet",   "--no-autostart",
                  "--homedir", (directory / "gnupg").string(),
                  "--import",  (directory / "keyring").string()};
  command.timeout = std::chrono::minutes{1};
  ToolIo io;
  io.stop = stop;
  const auto imported = co_await run_tool(std::move(command), std::move(io));
  if (!imported) co_return std::unexpected(imported.error());
  if (imported->ok()) co_return base::Result<>{};
  co_return base::fail(ErrorCode::invalid, "gpg cannot read the keyring of agent.json: {}",
                       words_of(*imported));
}

// What the repository's own configuration says of signatures must not count.
Args verify_args(const fs::path& directory, SignatureKind kind, const std::string& revision) {
  const bool ssh = kind == SignatureKind::ssh;
  return {
      "--no-replace-objects", "-c", "gpg.ssh.allowedSignersFile=" + (directory / "allowed_signers").string(),
      "-c", "gpg.ssh.program=ssh-keygen", "-c", "gpg.program=gpg", "-c", "gpg.openpgp.program=gpg", "-c",
      "gpg.x509.program=false", "-c",
      // gpg trusts no key of a keyring that nobody has signed; ssh-keygen knows only those of the file.
      std::string("gpg.minTrustLevel=") + (ssh ? "fully" : "undefined"), "verify-commit", "--raw", revision};
}

std::string_view missing_signers(SignatureKind kind, const Signers& signers) {
  if (kind == SignatureKind::none) return "is not signed";
  if (kind == SignatureKind::other) return "has a signature that is neither of ssh nor of OpenPGP";
  if (kind == SignatureKind::ssh && signers.allowed_signers.empty())
    return "is signed with ssh, and agent.json names no \"allowed_signers\"";
  if (kind == SignatureKind::openpgp && signers.keyring.empty())
    return "is signed with OpenPGP, and agent.json names no \"keyring\"";
  return "";
}

}  // namespace

SignatureKind signature_of(std::string_view commit) {
  // The header ends at the first empty line; the message is the author's.
  const std::string_view header = commit.substr(0, commit.find("\n\n"));
  const std::size_t start = header.find("\ngpgsig");
  if (start == std::string_view::npos) return SignatureKind::none;
  const std::string_view signature = header.substr(start);
  if (signature.contains("-----BEGIN SSH SIGNATURE-----")) return SignatureKind::ssh;
  if (signature.contains("-----BEGIN PGP SIGNATURE-----") ||
      signature.contains("-----BEGIN PGP MESSAGE-----"))
    return SignatureKind::openpgp;
  return SignatureKind::other;
}

asio::awaitable<base::Result<std::vector<std::string>>> refs_with(GitOrigin origin, std::string revision,
                                                                  bool ask) {
  if (ask) {
    const Args fetch = git_fetch_everything_args(origin.remote);
    const auto fetched = co_await origin.git.show(fetch);
    if (!fetched) co_return std::unexpected(fetched.error());
    if (!fetched->ok()) co_return std::unexpected(origin.git.error(fetch, *fetched));
  }
  auto listed = co_await origin.git.must({"for-each-ref", "--contains=" + revision, "--format=%(refname)",
                                          std::string(branches), std::string(tags)});
  if (!listed) co_return std::unexpected(listed.error());
  co_return named_by_repository(*listed);
}

asio::awaitable<base::Result<>> check_signature(Git git, std::string revision, Signers signers) {
  const auto commit = co_await git.must({"--no-replace-objects", "cat-file", "commit", revision});
  if (!commit) co_return std::unexpected(commit.error());
  const SignatureKind kind = signature_of(*commit);
  if (const auto missing = missing_signers(kind, signers); !missing.empty())
    co_return not_trusted(revision, missing);
  TemporaryDirectory directory;
  const auto path = directory.make();
  if (!path) co_return std::unexpected(path.error());
  if (auto written = write_signers(*path, signers); !written) co_return written;
  if (kind == SignatureKind::openpgp) {
    if (auto imported = co_await import_keys(*path, git.stop); !imported) co_return imported;
    git.settings.gnupg_home = *path / "gnupg";
  }
  const auto verified = co_await git.ask(verify_args(*path, kind, revision));
  if (!verified) co_return std::unexpected(verified.error());
  if (verified->ok()) co_return base::Result<>{};
  co_return not_trusted(revision, "is not signed by one of the allowed signers: " + words_of(*verified));
}

}  // namespace slipway::vcs
