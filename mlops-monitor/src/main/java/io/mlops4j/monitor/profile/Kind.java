package io.mlops4j.monitor.profile;

import io.mlops4j.feature.BFloat16Type;
import io.mlops4j.feature.BFloat16Vector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.LargeVarCharVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.types.pojo.ArrowType.ExtensionType;

/** How the cells of an Arrow column are read. */
enum Kind {
  NUMBERS("numbers"),
  TEXTS("texts or booleans"),
  OTHER("something else");

  private final String words;

  Kind(String words) {
    this.words = words;
  }

  static Kind of(FieldVector column, DictionaryProvider dictionaries) {
    if (column.getField().getDictionary() != null) {
      FieldVector values = Cells.dictionary(column, dictionaries);
      return isText(values) ? TEXTS : OTHER;
    }
    if (isBFloat16(column)) {
      return NUMBERS;
    }
    return switch (column.getMinorType()) {
      case TINYINT, SMALLINT, INT, BIGINT, UINT1, UINT2, UINT4, UINT8, FLOAT2, FLOAT4, FLOAT8 ->
          NUMBERS;
      case BIT -> TEXTS;
      default -> isText(column) ? TEXTS : OTHER;
    };
  }

  /** Its storage alone would be read as whole numbers. */
  static boolean isBFloat16(FieldVector column) {
    return column instanceof BFloat16Vector
        || BFloat16Type.NAME.equals(
            column.getField().getMetadata().get(ExtensionType.EXTENSION_METADATA_KEY_NAME));
  }

  private static boolean isText(FieldVector column) {
    return column instanceof VarCharVector || column instanceof LargeVarCharVector;
  }

  @Override
  public String toString() {
    return words;
  }
}
