# For projects that cannot use the package file: finds the header and the library by
# name and sets the variables of the find modules in the field.
#
#   QHYCCD_FOUND  QHYCCD_INCLUDE_DIRS  QHYCCD_LIBRARIES  target QHYCCD::qhyccd
#   QHY_FOUND     QHY_INCLUDE_DIR      QHY_LIBRARIES
find_path(QHY_INCLUDE_DIR qhyccd.h PATH_SUFFIXES qhyccd libqhy libqhyccd)
find_library(QHY_LIBRARIES NAMES qhyccd)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(QHYCCD REQUIRED_VARS QHY_LIBRARIES QHY_INCLUDE_DIR)
set(QHY_FOUND ${QHYCCD_FOUND})
mark_as_advanced(QHY_INCLUDE_DIR QHY_LIBRARIES)

if(QHYCCD_FOUND)
  set(QHYCCD_INCLUDE_DIRS "${QHY_INCLUDE_DIR}")
  set(QHYCCD_LIBRARIES "${QHY_LIBRARIES}")
  if(NOT TARGET QHYCCD::qhyccd)
    add_library(QHYCCD::qhyccd UNKNOWN IMPORTED)
    set_target_properties(QHYCCD::qhyccd PROPERTIES
      IMPORTED_LOCATION "${QHY_LIBRARIES}" INTERFACE_INCLUDE_DIRECTORIES "${QHY_INCLUDE_DIR}")
  endif()
endif()
