package dev.eckart.core.encode;

import java.util.List;

/** The analysis of a weight by an encoding, which what is built of it is made from. */
public interface Draft {

    /** The variants worth having, in order of preference: the first that suits is taken. Empty if there is none. */
    List<Offer> offers();
}
