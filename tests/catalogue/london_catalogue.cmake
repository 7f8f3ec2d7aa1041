# The shipped catalogue and whole records, for tests/catalogue and tests/fuzz.
include_guard(GLOBAL)
hub_library(london_catalogue
  SOURCES ${PROJECT_SOURCE_DIR}/tests/catalogue/london_catalogue.cc
  USES schemas)
target_compile_definitions(hub_london_catalogue PRIVATE HUB_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
