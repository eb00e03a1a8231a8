package io.mlops4j.monitor.profile.internal;

import io.mlops4j.feature.BFloat16Type;
import io.mlops4j.feature.BFloat16Vector;
import java.util.Map;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.LargeVarCharVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.types.pojo.ArrowType.ExtensionType;

/** The ways to read the cells of an Arrow column. */
public enum ColumnKind {
  NUMBERS("numbers"),
  TEXTS("texts or booleans"),
  TIMES("timestamps or dates"),
  VECTORS("vectors of floats"),
  OTHER("something else");

  private final String words;

  ColumnKind(String words) {
    this.words = words;
  }

  public static ColumnKind of(FieldVector column, DictionaryProvider dictionaries) {
    if (column.getField().getDictionary() != null) {
      FieldVector values = TextCells.dictionary(column, dictionaries);
      return isText(values) ? TEXTS : OTHER;
    }
    if (isBFloat16(column)) {
      return NUMBERS;
    }
    return switch (column.getMinorType()) {
      case TINYINT, SMALLINT, INT, BIGINT, UINT1, UINT2, UINT4, UINT8 -> NUMBERS;
      case FLOAT2, FLOAT4, FLOAT8, DECIMAL, DECIMAL256 -> NUMBERS;
      case TIMESEC, TIMEMILLI, TIMEMICRO, TIMENANO, DURATION -> NUMBERS; // in their unit
      case BIT, VARCHAR, LARGEVARCHAR, VIEWVARCHAR -> TEXTS;
      case DATEDAY, DATEMILLI -> TIMES;
      case TIMESTAMPSEC, TIMESTAMPMILLI, TIMESTAMPMICRO, TIMESTAMPNANO -> TIMES;
      case TIMESTAMPSECTZ, TIMESTAMPMILLITZ, TIMESTAMPMICROTZ, TIMESTAMPNANOTZ -> TIMES;
      case FIXED_SIZE_LIST, LIST, LARGELIST, EXTENSIONTYPE ->
          VectorCells.of(column) != null ? VECTORS : OTHER;
      default -> OTHER;
    };
  }

  /** Whether the column holds bfloat16, whose storage alone would be read as whole numbers. */
  public static boolean isBFloat16(FieldVector column) {
    if (column instanceof BFloat16Vector) {
      return true;
    }
    Map<String, String> metadata = column.getField().getMetadata();
    return !metadata.isEmpty()
        && BFloat16Type.NAME.equals(metadata.get(ExtensionType.EXTENSION_METADATA_KEY_NAME));
  }

  private static boolean isText(FieldVector column) {
    return column instanceof VarCharVector || column instanceof LargeVarCharVector;
  }

  @Override
  public String toString() {
    return words;
  }
}
