#include "agent/status_reader.h"

#include <algorithm>

namespace slipway::agent {

StatusReader::StatusReader(asio::any_io_executor executor, std::unique_ptr<WorkingCopies> working_copies,
                           base::Millis wait_at_most)
    : executor_(executor),
      working_copies_(std::move(working_copies)),
      patience_(wait_at_most),
      tasks_(std::move(executor)) {}

asio::awaitable<void> StatusReader::stop() {
  co_await tasks_.stop();
}

asio::awaitable<base::Result<SeenStatus>> StatusReader::read(vcs::Spec spec) {
  const PlacePtr place = place_of(spec);
  const std::uint64_t before = place->searches;
  const auto give_up = std::chrono::steady_clock::now() + patience_;
  for (;;) {
    const std::string stamp = working_copies_->stamp(spec);
    // What was found by a search that began after the question is an answer, whatever changed meanwhile.
    if (is_good(*place, stamp) || (place->last && place->last->number > before)) break;
    if (!place->searching) {
      place->searching = true;
      tasks_.spawn(search(place, spec, stamp));
    }
    if (!place->searching) continue;
    const auto left = std::chrono::ceil<base::Millis>(give_up - std::chrono::steady_clock::now());
    if (left <= base::Millis{0} || !co_await place->done.wait_for(left))
      co_return co_await without_search(place, std::move(spec));
  }
  const Search& last = *place->last;
  if (!last.found) co_return std::unexpected(last.found.error());
  co_return SeenStatus{*last.found, last.began};
}

bool StatusReader::is_good(const Place& place, const std::string& stamp) const {
  if (!place.last || stamp.empty() || place.last->stamp != stamp || place.last->orders != place.orders)
    return false;
  const Clock::duration rest = std::min<Clock::duration>(place.last->took * ration, longest_ration);
  return working_copies_->now() - place.last->ended <= rest;
}

asio::awaitable<void> StatusReader::search(PlacePtr place, vcs::Spec spec, std::string stamp) {
  Search mine{.found = {},
              .stamp = std::move(stamp),
              .orders = place->orders,
              .number = ++place->searches,
              .began = base::now()};
  const auto began = working_copies_->now();
  mine.found = co_await working_copies_->search(std::move(spec));
  mine.ended = working_copies_->now();
  mine.took = mine.ended - began;
  place->last = std::move(mine);
  place->searching = false;
  place->done.notify();
}

// What is known at once: the revision of now, and the modified files as an earlier search found them.
asio::awaitable<base::Result<SeenStatus>> StatusReader::without_search(PlacePtr place, vcs::Spec spec) {
  auto head = co_await working_copies_->head(std::move(spec));
  if (!head) co_return std::unexpected(head.error());
  SeenStatus seen{std::move(*head), std::nullopt};
  if (!place->last || !place->last->found) co_return seen;
  seen.status.modified = place->last->found->modified;
  seen.status.modified_total = place->last->found->modified_total;
  seen.modified_at = place->last->began;
  co_return seen;
}

StatusReader::PlacePtr StatusReader::place_of(const vcs::Spec& spec) {
  // A svn working copy of another url than the asked one is an error: the url is part of the question.
  const std::string question = (spec.type == vcs::Type::git ? "git " : "svn ") + spec.url;
  PlacePtr& place = places_[{spec.path.string(), question}];
  if (!place) place = std::make_shared<Place>(executor_);
  place->used = ++uses_;
  PlacePtr found = place;
  if (places_.size() > max_places) make_room();
  return found;
}

void StatusReader::make_room() {
  const auto oldest =
      std::ranges::min_element(places_, {}, [](const auto& entry) { return entry.second->used; });
  places_.erase(oldest);
}

void StatusReader::order_ended(const vcs::fs::path& path) {
  const std::string wanted = path.string();
  for (auto entry = places_.lower_bound({wanted, ""}); entry != places_.end() && entry->first.first == wanted;
       ++entry) {
    ++entry->second->orders;
  }
}

}  // namespace slipway::agent
