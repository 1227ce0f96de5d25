#include "apps/agent/options.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>

#include "base/address.h"
#include "base/agent_name.h"
#include "base/size.h"
#include "base/text.h"
#include "base/time.h"

namespace slipway::apps {

namespace fs = std::filesystem;

const char* const agent_description =
    "Carries out what Slipway servers ask for on this host: update and roll back git and svn working "
    "copies,\n"
    "with hooks before and after.";

const char* const agent_footer = R"(
Examples:
  slipway-agent -l :8081 --trust SHA256:AbC…
      Listen on port 8081 for the server with this key. On the server's host, this prints it:
      slipway-server fingerprint -c server.json
  slipway-agent fingerprint
      Print this agent's own key, for "fingerprint" of the node in server.json.
  slipway-agent -l 127.0.0.1:8093 --trust SHA256:AbC… --data /srv/slipway-agent
      Another port, another place for keys, orders and saved local changes.
  slipway-agent --keep-orders 1d --keep-bytes 200MiB --trust SHA256:AbC…
      On a host with a small disk: forget orders sooner once their server has stored all of them.
  slipway-agent --connect deploy.example.com:8083 --trust SHA256:AbC… --token slipway-join-…
      Dial the server in the place of listening: for hosts that cannot be reached from outside. The token comes from
      slipway-server token create -c server.json; without one, a person has to approve the agent on the server.
      (SLIPWAY_TOKEN in the environment does the same, and is not seen in the list of processes.)
  slipway-agent --connect deploy.example.com:8083 --trust SHA256:AbC… --proxy http://user:password@proxy:3128
      The same through a proxy; socks5:// as well. (Or SLIPWAY_PROXY in the environment.)
  slipway-agent check
      Say what /etc/slipway/agent.json allows servers to ask for on this host; with a file, whether it allows that
      order.
  slipway-agent rotate-key --overlap 7d
      Make the next key of this agent. Its servers are told over their links, and know it when it takes over.
  slipway-agent -l 127.0.0.1:8081 --plaintext
      Without keys, for a server on the same host with "plaintext": true at the node. Every user of this host can then
      tell the agent what to run, so only where there are no others.

Links are TLS 1.3. The agent speaks to no server whose key was not named with --trust, and says nothing to anyone
before it knows the key. Its own key is made at the first start, in identity/ of the data directory.

The data directory holds one folder for each order (orders/ID: order.json, the output as `spool`), what
"local_changes": "discard" saved (patches/), and repositories from which histories are read and releases
are made (cache/).
An order goes a week after its server has stored all of it, or sooner where they take more than 1 GiB together; never
before. A repository in cache/ goes when it was not used for 30 days. What is in patches/ is never removed.
Orders go on while the agent is stopped, killed or upgraded; the next start takes them up again.
Name this agent in the server's server.json:  {"alias": "api-1", "addr": "10.0.0.7:8081", "path": "/srv/app"}
)";

namespace {

fs::path default_data_directory() {
  if (::geteuid() == 0) return "/var/lib/slipway-agent";
  if (const char* state = std::getenv("XDG_STATE_HOME"); state != nullptr && *state == '/') {
    return fs::path(state) / "slipway-agent";
  }
  const char* home = std::getenv("HOME");
  return fs::path(home != nullptr ? home : "/tmp") / ".local/state/slipway-agent";
}

template <class T>
base::Result<> read(const char* option, base::Result<T> value, T& into) {
  if (!value) return std::unexpected(value.error().context(option));
  into = std::move(*value);
  return {};
}

base::Result<> read_listen(const AgentArguments& arguments, agent::AgentOptions& options) {
  options.listens = arguments.connect.empty() || !arguments.listen.empty();
  base::Address address;
  if (auto done =
          read("-l", base::parse_address(arguments.listen.empty() ? ":8081" : arguments.listen), address);
      !done)
    return done;
  options.host = address.host;
  options.port = address.port;
  return {};
}

base::Result<> read_trust(const AgentArguments& arguments, agent::AgentOptions& options) {
  for (const std::string& text : arguments.trust) {
    auto key = base::parse_fingerprint(text);
    if (!key) return std::unexpected(key.error().context("--trust"));
    options.trusted.push_back(*key);
  }
  options.plaintext = arguments.plaintext;
  if (options.plaintext && !options.trusted.empty())
    return base::fail(base::ErrorCode::invalid,
                      "--plaintext and --trust exclude each other: on a plaintext link nobody shows a key");
  if (!options.plaintext && options.trusted.empty())
    return base::fail(
        base::ErrorCode::invalid,
        "this agent would trust no server. On the server's host run: slipway-server fingerprint -c "
        "server.json  Then start the agent with --trust and what that prints (or, for a server on "
        "this host alone, with --plaintext)");
  return {};
}

std::string host_name() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
}

base::Result<> read_dialled(const std::string& text, base::Address& address) {
  if (auto done = read("--connect", base::parse_address(text), address); !done) return done;
  if (address.host.empty() || address.port == 0)
    return base::fail(base::ErrorCode::invalid,
                      "--connect: \"{}\" names no host and port; expected HOST:PORT", text);
  return {};
}

base::Result<> read_dial(const AgentArguments& arguments, agent::AgentOptions& options) {
  if (arguments.connect.empty()) {
    if (arguments.name.empty() && arguments.proxy.empty()) return {};
    return base::fail(base::ErrorCode::invalid,
                      "--name and --proxy are for an agent that dials: --connect HOST:PORT");
  }
  if (options.plaintext)
    return base::fail(
        base::ErrorCode::invalid,
        "--plaintext is for an agent that listens: one that dials is known to its server by its key");
  agent::DialOptions dial{.name = arguments.name.empty() ? host_name() : arguments.name};
  if (auto done = read_dialled(arguments.connect, dial.server); !done) return done;
  if (!base::is_agent_name(dial.name))
    return base::fail(base::ErrorCode::invalid, "--name: \"{}\" cannot be a name; expected {}",
                      base::printable(base::shorten(dial.name, 100)), base::agent_name_form);
  if (!arguments.token.empty()) dial.token = arguments.token;
  if (!arguments.proxy.empty()) {
    auto proxy = net::parse_proxy(arguments.proxy);
    if (!proxy) return std::unexpected(proxy.error().context("--proxy"));
    dial.proxy = std::move(*proxy);
  }
  options.dial = std::move(dial);
  return {};
}

}  // namespace

AgentArguments::AgentArguments() : data(default_data_directory()), policy(agent::policy::default_file) {}

void add_agent_options(CLI::App& app, AgentArguments& arguments) {
  app.add_option(
      "-l,--listen", arguments.listen,
      "Where to listen for servers: \":PORT\" or \"ADDRESS:PORT\"; \":8081\" unless the agent dials");
  app.add_option("--trust", arguments.trust,
                 "The fingerprint of a server's key, SHA256:…; may be given several times")
      ->type_name("SHA256:…")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_flag("--plaintext", arguments.plaintext, "No keys and no encryption; on loopback addresses only");
  app.add_option("--connect", arguments.connect, "The server to dial, HOST:PORT, in the place of listening");
  app.add_option("--token", arguments.token, "A join token for the server to be dialled")
      ->envname("SLIPWAY_TOKEN");
  app.add_option("--name", arguments.name,
                 "What this agent is called on the server that it dials; the host's name otherwise");
  app.add_option("--proxy", arguments.proxy,
                 "The way to that server: http://[USER:PASSWORD@]HOST:PORT or socks5://…")
      ->envname("SLIPWAY_PROXY");
  app.add_option("--data", arguments.data, "The agent's data directory")->capture_default_str();
  app.add_option("--keep-orders", arguments.keep_orders,
                 "How long an order is kept after its server has stored all of it, such as \"7d\" or \"12h\"")
      ->capture_default_str();
  app.add_option("--keep-bytes", arguments.keep_bytes,
                 "How much such orders may take together, such as \"500MiB\"")
      ->capture_default_str();
  arguments.policy_option = app.add_option("--policy", arguments.policy,
                                           "What servers may ask for on this host; read again at SIGHUP")
                                ->capture_default_str();
  app.add_flag("--debug", arguments.debug, "Log more");
}

base::Result<agent::AgentOptions> agent_options(const AgentArguments& arguments, const char* program) {
  std::error_code error;
  agent::AgentOptions options;
  options.data = fs::absolute(arguments.data);
  options.policy = fs::absolute(arguments.policy);
  options.policy_required = arguments.policy_required();
  options.program = fs::read_symlink("/proc/self/exe", error);
  if (error) options.program = program;
  if (auto done = read_listen(arguments, options); !done) return std::unexpected(done.error());
  if (auto done = read("--keep-orders", base::parse_duration(arguments.keep_orders), options.keep.orders);
      !done)
    return std::unexpected(done.error());
  if (auto done = read("--keep-bytes", base::parse_size(arguments.keep_bytes), options.keep.bytes); !done)
    return std::unexpected(done.error());
  if (auto done = read_trust(arguments, options); !done) return std::unexpected(done.error());
  if (auto done = read_dial(arguments, options); !done) return std::unexpected(done.error());
  return options;
}

}  // namespace slipway::apps
