// A stream of events that ends with its deployment, or never; in any case with the right of its reader. It
// keeps no queue, only the id of the last event that was sent: a slow reader costs the server nothing.
#pragma once

#include <cstdint>
#include <optional>

#include "server/http/context.h"
#include "server/http/readable.h"
#include "server/http/response.h"

namespace slipway::server::http {

class EventStream : public Body {
 public:
  // Everything after `after` that the reader may see: of one deployment, or of all but the output.
  // `reset` tells the reader that the id it came with was never given.
  EventStream(const HttpContext& context, access::Identity reader, std::int64_t after,
              std::optional<std::int64_t> deployment, bool reset)
      : context_(context),
        reader_(std::move(reader)),
        readable_(context.database, reader_.apps),
        after_(after),
        filter_{deployment},
        reset_(reset),
        ask_for_end_(deployment.has_value()) {}

  asio::awaitable<base::Result<std::string>> next() override;

 private:
  bool is_behind_the_history() const;
  asio::awaitable<std::optional<std::string>> read_page();
  asio::awaitable<bool> deployment_is_final();

  const HttpContext& context_;
  access::Identity reader_;
  Readable readable_;
  std::int64_t after_;
  store::EventFilter filter_;
  bool reset_;
  bool started_ = false;
  bool ask_for_end_;    // whether the deployment may have ended since it was last asked
  bool final_ = false;  // it has; what it told until then may still be unread
  bool ended_ = false;
};

}  // namespace slipway::server::http
