# Record types as data. No header shows FlatBuffers; its library is linked here only.
hub_library(schemas_catalogue
  SOURCES catalogue.cc catalogue_loader.cc field_reader.cc identifiers.cc record_draft.cc
          record_type.cc record_type_reader.cc record_values.cc record_view.cc schema_text.cc
          text_rules.cc
  USES core_base
  LINKS ${flatbuffers_library})
