// Which releases may go. Nothing is written for it, so that it works on a full disk.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "vcs/release_place.h"

namespace slipway::vcs {

namespace asio = boost::asio;

// By number alone: what is not complete, what failed and is not to be kept, and good ones beyond the number.
// Never the current one, nor the previous one if it was good. `releases` newest first. Pure.
std::vector<Release> superfluous(const std::vector<Release>& releases, const std::string& current,
                                 const std::string& previous, const ReleasesSpec& spec);

// Of those that stay, in the order in which they are worth keeping: the first one from which on the budget is
// used up, and all after it. `bytes[n]` is what release n adds to those before it. Pure.
std::vector<Release> over_budget(const std::vector<Release>& by_worth,
                                 const std::vector<std::uint64_t>& bytes, std::size_t protected_ones,
                                 std::uint64_t budget);

// Removes what is superfluous; `log` is told of each, and of what could not be removed.
asio::awaitable<void> clean_releases(ReleaseBook book, ReleasesSpec spec,
                                     std::function<void(std::string_view)> log);

// What an order that died left behind, and what is remembered of folders that somebody removed; due before a
// new release.
base::Result<> remove_leftovers(const ReleaseBook& book);

}  // namespace slipway::vcs
