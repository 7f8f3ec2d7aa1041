# Record types as data. Includers see no FlatBuffers header; the library is linked here only.
hub_library(schemas_catalogue
  SOURCES catalogue.cc catalogue_loader.cc identifiers.cc record_draft.cc record_type.cc
          record_view.cc schema_text.cc text_rules.cc
  USES core_base core_crypto
  LINKS ${flatbuffers_library})
