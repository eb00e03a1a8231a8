package io.mlops4j.runtime.feature;

import java.util.Objects;
import org.apache.arrow.vector.BaseIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;

/** Checks the codes of dictionary-encoded columns before values are looked up. */
final class DictionaryCodes {
  private DictionaryCodes() {}

  /**
   * Checks that every code refers to a value of its dictionary.
   *
   * @throws IllegalArgumentException if a code does not; the message names the column and the code
   */
  static void check(VectorSchemaRoot root, DictionaryProvider dictionaries) {
    root.getFieldVectors().forEach(vector -> checkCodes(vector, dictionaries));
  }

  private static void checkCodes(FieldVector vector, DictionaryProvider dictionaries) {
    DictionaryEncoding encoding = vector.getField().getDictionary();
    if (encoding != null) {
      int values =
          Objects.requireNonNull(dictionaries.lookup(encoding.getId())).getVector().getValueCount();
      checkCodes(vector, (BaseIntVector) vector, values);
    }
    vector.getChildrenFromFields().forEach(child -> checkCodes(child, dictionaries));
  }

  private static void checkCodes(FieldVector vector, BaseIntVector codes, int values) {
    for (int i = 0; i < vector.getValueCount(); i++) {
      if (!vector.isNull(i)) {
        long code = codes.getValueAsLong(i);
        if (code < 0 || code >= values) {
          throw new IllegalArgumentException(
              vector.getName()
                  + ": found code "
                  + code
                  + ", expected one of a dictionary of "
                  + values
                  + " values");
        }
      }
    }
  }
}
