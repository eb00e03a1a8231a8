package io.mlops4j.flink;

import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;

/**
 * A row of the stream with the answer of the model. Immutable if row and answer are.
 *
 * @param row the row, as it came
 * @param answer the outputs of the model
 * @param version the version that answered, {@code name:number}
 * @param <T> the type of the stream
 * @param <O> the record of the outputs
 */
public record Scored<T, O>(T row, O answer, String version) {
  static <T, O> TypeInformation<Scored<T, O>> type(TypeInformation<T> row, Class<O> answer) {
    return RecordTypes.of(Scored.class, List.of(row, TypeInformation.of(answer), Types.STRING));
  }
}
