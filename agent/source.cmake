# Reading what a borough's systems write.
hub_library(agent_source
  SOURCES source_columns.cc source_csv.cc source_json.cc source_rejects.cc
  USES core_base schemas_catalogue
  LINKS csv nlohmann_json::nlohmann_json)
