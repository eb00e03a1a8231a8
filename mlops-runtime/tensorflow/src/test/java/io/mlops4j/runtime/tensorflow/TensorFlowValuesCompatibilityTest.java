package io.mlops4j.runtime.tensorflow;

import io.mlops4j.runtime.compatibility.EngineUnderTest;
import io.mlops4j.runtime.compatibility.EngineValuesCompatibility;

class TensorFlowValuesCompatibilityTest extends EngineValuesCompatibility {
  @Override
  protected EngineUnderTest engine() {
    return new TensorFlowUnderTest();
  }
}
