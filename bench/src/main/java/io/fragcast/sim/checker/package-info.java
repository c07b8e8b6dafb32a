/**
 * What must hold in every run, watched from outside the nodes. A checker must not ask a node what it believes: it sees
 * what leaders put on the wire, what builders handed over and what nodes delivered.
 */
package io.fragcast.sim.checker;
