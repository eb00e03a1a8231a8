package io.mlops4j.flink;

import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple4;

/**
 * An answer whose time to wait for a label is over. It crosses no checkpoint and no network: the
 * operator behind is in the same task.
 *
 * @param version that answered
 * @param hash of the key
 * @param label NaN if none arrived in time
 * @param numbers of the answer
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record JoinedRow(String version, long hash, double label, double[] numbers) {
  static final TypeInformation<Tuple4<String, Long, Double, double[]>> TYPE =
      Types.TUPLE(
          Types.STRING,
          Types.LONG,
          Types.DOUBLE,
          PrimitiveArrayTypeInfo.DOUBLE_PRIMITIVE_ARRAY_TYPE_INFO);

  static JoinedRow of(Tuple4<String, Long, Double, double[]> tuple) {
    return new JoinedRow(tuple.f0, tuple.f1, tuple.f2, tuple.f3);
  }

  Tuple4<String, Long, Double, double[]> tuple() {
    return Tuple4.of(version, hash, label, numbers);
  }

  boolean hasLabel() {
    return !Double.isNaN(label);
  }

  boolean isAnswered() {
    for (double number : numbers) {
      if (Double.isNaN(number)) {
        return false;
      }
    }
    return true;
  }
}
