// What a working copy is like: told as often as anyone asks, searched for local changes only as often as the
// host can afford. Start with StatusReader::read.
//
// One thread: the event loop's. Searches go on when those who asked are gone: the next question has the
// answer.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "async/event.h"
#include "async/task_group.h"
#include "base/error.h"
#include "base/time.h"
#include "vcs/vcs.h"

namespace slipway::agent {

namespace asio = boost::asio;

// The working copies and the clocks; tests have their own.
class WorkingCopies {
 public:
  using Clock = std::chrono::steady_clock;

  virtual ~WorkingCopies() = default;
  virtual std::string stamp(const vcs::Spec& spec) { return vcs::stamp_of(spec); }
  virtual asio::awaitable<base::Result<vcs::Status>> head(vcs::Spec spec) {
    return vcs::read_head(std::move(spec));
  }
  virtual asio::awaitable<base::Result<vcs::Status>> search(vcs::Spec spec) {
    return vcs::read_status(std::move(spec));
  }
  virtual Clock::time_point now() { return Clock::now(); }
};

struct SeenStatus {
  vcs::Status status;
  std::optional<base::Time>
      modified_at;  // when the search for modified files began; none: none has ended yet
};

class StatusReader {
 public:
  // How long a question waits for a search.
  static constexpr std::chrono::seconds patience{10};
  // A search is not repeated within so many times of what it took, …
  static constexpr int ration = 20;
  // … but after this time in any case.
  static constexpr std::chrono::minutes longest_ration{30};
  // So many working copies are remembered.
  static constexpr std::size_t max_places = 256;

  StatusReader(asio::any_io_executor executor, std::unique_ptr<WorkingCopies> working_copies,
               base::Millis wait_at_most = patience);

  asio::awaitable<base::Result<SeenStatus>> read(vcs::Spec spec);

  // What was found at this path before is not true any more.
  void order_ended(const vcs::fs::path& path);

  asio::awaitable<void> stop();

 private:
  using Clock = WorkingCopies::Clock;

  struct Search {
    base::Result<vcs::Status> found;
    std::string stamp;         // of the working copy when it began
    std::uint64_t orders = 0;  // that had ended there by then
    std::uint64_t number = 0;
    base::Time began;
    Clock::time_point ended;
    Clock::duration took{};
  };

  // One working copy.
  struct Place {
    explicit Place(asio::any_io_executor executor) : done(std::move(executor)) {}

    std::optional<Search> last;
    bool searching = false;
    std::uint64_t searches = 0;  // that have begun
    std::uint64_t orders = 0;    // that have ended here
    std::uint64_t used = 0;      // the place that was used longest ago is forgotten first
    async::Event done;           // a search has ended
  };
  using PlacePtr = std::shared_ptr<Place>;

  PlacePtr place_of(const vcs::Spec& spec);
  void make_room();
  bool is_good(const Place& place, const std::string& stamp) const;
  asio::awaitable<void> search(PlacePtr place, vcs::Spec spec, std::string stamp);
  asio::awaitable<base::Result<SeenStatus>> without_search(PlacePtr place, vcs::Spec spec);

  asio::any_io_executor executor_;
  std::unique_ptr<WorkingCopies> working_copies_;
  base::Millis patience_;
  // By path first: an order that ended concerns all that is known of its path.
  std::map<std::pair<std::string, std::string>, PlacePtr> places_;
  std::uint64_t uses_ = 0;
  async::TaskGroup tasks_;
};

}  // namespace slipway::agent
