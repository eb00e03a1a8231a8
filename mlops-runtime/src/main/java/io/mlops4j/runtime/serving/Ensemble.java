package io.mlops4j.runtime.serving;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.Placement;
import io.mlops4j.runtime.binding.output.Outputs;
import java.util.List;

/** Models that answer a call together. Thread safe. */
public interface Ensemble extends AutoCloseable {
  /** {@return the name of the whole} */
  String name();

  /** {@return the columns that a call needs, and the outputs of the whole} */
  ModelSignature signature();

  /** {@return the columns that a call needs, each with the name of its input, and the keys} */
  FeatureSchema features();

  /** {@return the devices of all members} */
  Placement placement();

  /** {@return which versions of the members would answer a call that starts now} */
  List<ServedBy> serving();

  /**
   * Names the whole.
   *
   * @param members which versions of the members answered
   * @return the label of such an answer
   */
  ServedBy servedBy(List<ServedBy> members);

  /**
   * Calls the members in this thread.
   *
   * @param batch the rows; the caller closes the batch
   * @param call gives each member's options, and says whether the call may continue
   * @return the answer, which the caller releases
   */
  Combined answer(FeatureBatch batch, ComposedCall call);

  /**
   * The answer of all members.
   *
   * @param outputs the outputs of the whole
   * @param members which versions of the members answered, in their order
   */
  record Combined(Outputs outputs, List<ServedBy> members) {}

  /** Frees idle memory. The members stay open. */
  @Override
  void close();
}
