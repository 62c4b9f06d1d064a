"""One step of the method of Dormand and Prince of order 8, with its error estimate of orders 5 and 3 and its dense output of order 7.

A method is a table: stage i is evaluated at the state plus h times the sum of weight(p) times stage source(p), for p from
first(i) to first(i + 1); row 12 gives the new state, whose slope is stage 12 and the first of the next step, and rows 13 to
15 are what dense output needs beside. Stages lie one after another in an array: component m of stage i at i * n + m.

Tables are read through functions, which compiled code knows as constant data.

Source
    Hairer, Norsett & Wanner 1993, Solving Ordinary Differential Equations I, 2nd ed., section II.5 (method, estimate of the
    error), II.6 (dense output), and the coefficients of their DOP853; Prince & Dormand 1981, doi 10.1016/0771-050X(81)90010-3.
"""

import math

STAGES = 12  # evaluations of a step; one more is the first of the next step
ROWS = 16  # of the table, dense output included
DENSE = 7  # degree of the dense output
COEFFICIENTS = 8  # of it
_MOST_REACHES = 10_000  # far above what is ever needed

# fmt: off
_FIRST = (
    0, 0, 1, 3, 5, 8, 11, 15, 20, 26, 33, 41, 50, 58, 66, 74, 82,
)

_SOURCE = (
    0, 0, 1, 0, 2, 0, 2, 3, 0, 3, 4, 0, 3, 4, 5, 0, 3, 4, 5, 6, 0, 3, 4, 5, 6, 7, 0, 3, 4, 5, 6, 7, 8, 0, 3, 4, 5, 6, 7, 8, 9, 0, 3,
    4, 5, 6, 7, 8, 9, 10, 0, 5, 6, 7, 8, 9, 10, 11, 0, 6, 7, 8, 9, 10, 11, 12, 0, 5, 6, 7, 10, 11, 12, 13, 0, 5, 6, 7, 8, 12, 13,
    14,
)

_WEIGHT = (
    0.05260015195876773, 0.0197250569845379, 0.0591751709536137, 0.02958758547680685, 0.08876275643042054, 0.2413651341592667,
    -0.8845494793282861, 0.924834003261792, 0.037037037037037035, 0.17082860872947386, 0.12546768756682242, 0.037109375,
    0.17025221101954405, 0.06021653898045596, -0.017578125, 0.03709200011850479, 0.17038392571223998, 0.10726203044637328,
    -0.015319437748624402, 0.008273789163814023, 0.6241109587160757, -3.3608926294469414, -0.868219346841726, 27.59209969944671,
    20.154067550477894, -43.48988418106996, 0.47766253643826434, -2.4881146199716677, -0.590290826836843, 21.230051448181193,
    15.279233632882423, -33.28821096898486, -0.020331201708508627, -0.9371424300859873, 5.186372428844064, 1.0914373489967295,
    -8.149787010746927, -18.52006565999696, 22.739487099350505, 2.4936055526796523, -3.0467644718982196, 2.273310147516538,
    -10.53449546673725, -2.0008720582248625, -17.9589318631188, 27.94888452941996, -2.8589982771350235, -8.87285693353063,
    12.360567175794303, 0.6433927460157636, 0.054293734116568765, 4.450312892752409, 1.8915178993145003, -5.801203960010585,
    0.3111643669578199, -0.1521609496625161, 0.20136540080403034, 0.04471061572777259, 0.056167502283047954, 0.25350021021662483,
    -0.2462390374708025, -0.12419142326381637, 0.15329179827876568, 0.00820105229563469, 0.007567897660545699, -0.008298,
    0.03183464816350214, 0.028300909672366776, 0.053541988307438566, -0.05492374857139099, -0.00010834732869724932,
    0.0003825710908356584, -0.00034046500868740456, 0.1413124436746325, -0.42889630158379194, -4.697621415361164, 7.683421196062599,
    4.06898981839711, 0.3567271874552811, -0.0013990241651590145, 2.9475147891527724, -9.15095847217987,
)

_NODE = (
    0.0, 0.05260015195876773, 0.0789002279381516, 0.1183503419072274, 0.2816496580927726, 0.3333333333333333, 0.25,
    0.3076923076923077, 0.6512820512820513, 0.6, 0.8571428571428571, 1.0, 1.0, 0.1, 0.2, 0.7777777777777778,
)

# Weights of the stages in the two estimates of the error.
_FIFTH = (
    0.01312004499419488, 0.0, 0.0, 0.0, 0.0, -1.2251564463762044, -0.4957589496572502, 1.6643771824549864, -0.35032884874997366,
    0.3341791187130175, 0.08192320648511571, -0.022355307863886294,
)

_THIRD = (
    -0.18980075407240762, 0.0, 0.0, 0.0, 0.0, 4.450312892752409, 1.8915178993145003, -5.801203960010585, -0.4226823213237919,
    -0.1521609496625161, 0.20136540080403034, 0.02265179219836082,
)

# Weights of the stages in the last four coefficients of the dense output.
_BETWEEN = (
    -8.428938276109013, 0.0, 0.0, 0.0, 0.0, 0.5667149535193777, -3.0689499459498917, 2.38466765651207, 2.117034582445028,
    -0.871391583777973, 2.2404374302607883, 0.6315787787694688, -0.08899033645133331, 18.148505520854727, -9.194632392478356,
    -4.436036387594894, 10.427508642579134, 0.0, 0.0, 0.0, 0.0, 242.28349177525817, 165.20045171727028, -374.5467547226902,
    -22.113666853125306, 7.733432668472264, -30.674084731089398, -9.332130526430229, 15.697238121770845, -31.139403219565178,
    -9.35292435884448, 35.81684148639408, 19.985053242002433, 0.0, 0.0, 0.0, 0.0, -387.0373087493518, -189.17813819516758,
    527.8081592054236, -11.57390253995963, 6.8812326946963, -1.0006050966910838, 0.7777137798053443, -2.778205752353508,
    -60.19669523126412, 84.32040550667716, 11.99229113618279, -25.69393346270375, 0.0, 0.0, 0.0, 0.0, -154.18974869023643,
    -231.5293791760455, 357.6391179106141, 93.40532418362432, -37.45832313645163, 104.0996495089623, 29.8402934266605,
    -43.53345659001114, 96.32455395918828, -39.17726167561544, -149.72683625798564,
)
# fmt: on


def first(i):
    """Where row i of the table begins."""
    return _FIRST[i]


def source(p):
    """The stage that entry p weighs."""
    return _SOURCE[p]


def weight(p):
    """The weight of entry p."""
    return _WEIGHT[p]


def node(i):
    """The part of a step after which stage i is evaluated."""
    return _NODE[i]


def fifth(i):
    """The weight of stage i in the estimate of the error of order 5."""
    return _FIFTH[i]


def third(i):
    """The weight of stage i in the estimate of the error of order 3."""
    return _THIRD[i]


def between(i):
    """Entry i of the weights of the dense output, 16 for each of four coefficients."""
    return _BETWEEN[i]


def combine(i, n, h, k, y, z, total):
    """Where stage i is evaluated: z = y + h times the weighted sum of the stages before it. In `total` there is room for n numbers.

    All components go along together, each in the order of the table: that is what the processor is quick at.
    """
    for m in range(n):
        total[m] = 0.0
    for p in range(first(i), first(i + 1)):
        begin = source(p) * n
        for m in range(n):
            total[m] += weight(p) * k[begin + m]
    for m in range(n):
        z[m] = y[m] + h * total[m]


def error_of(n, h, k, y, z, tolerance, unit):
    """The error of a step from y to z as a part of what is tolerated: tolerance * max(1, |y|), of component 0 tolerance * unit.

    That of order 5, weighed down where the one of order 3 says that both are far below: section II.10, eq. 10.17, with the
    largest component in place of the mean square.
    """
    coarse = fine = total = 0.0
    for m in range(n):
        five = three = 0.0
        for j in range(8):
            i = j + 4 if j > 0 else 0  # stages 1 to 4 weigh nothing
            five += fifth(i) * k[i * n + m]
            three += third(i) * k[i * n + m]
        scale = tolerance * (max(1.0, abs(y[m]), abs(z[m])) if m > 0 else unit)
        fine = max(fine, abs(five) / scale)
        coarse = max(coarse, abs(three) / scale)
        total += abs(five) + abs(three) + abs(z[m])
    if not total < math.inf:  # what is not a number included
        return math.inf
    if fine == 0.0:
        return 0.0
    ratio = coarse / fine
    return abs(h) * fine / math.sqrt(1.0 + 0.01 * ratio * ratio)


def dense_output(n, h, k, y, z, out):
    """The dense output of component 0 as a polynomial: out[j] is the coefficient of x**j, x the part of the step.

    It is y + x (f0 + (1 - x) (f1 + x (f2 + (1 - x) (f3 + ...)))): section II.6, eq. 6.26.
    """
    for j in range(DENSE + 1):
        out[j] = 0.0
    change = z[0] - y[0]
    for i in range(DENSE - 1, -1, -1):
        if i == 0:
            f = change
        elif i == 1:
            f = h * k[0] - change
        elif i == 2:
            f = 2.0 * change - h * (k[0] + k[STAGES * n])
        else:
            f = 0.0
            for stage in range(ROWS):
                f += between((i - 3) * ROWS + stage) * k[stage * n]
            f *= h
        out[0] += f
        if i % 2 == 0:  # times x
            for j in range(DENSE, 0, -1):
                out[j] = out[j - 1]
            out[0] = 0.0
        else:  # times 1 - x
            for j in range(DENSE, 0, -1):
                out[j] -= out[j - 1]
    out[0] += y[0]


def first_reach(p, threshold):
    """The first x in [0, 1] with p(x) >= threshold, p(0) being below it, to the last bits; 2 where there is none.

    From where it stands, p lies below the parabola of its slope there and the largest curvature that it has a little farther on.
    Stepping to where that parabola reaches threshold never passes the first x, and converges quadratically.
    """
    reach = 0.0
    for j in range(1, DENSE + 1):
        reach += abs(p[j])
    if p[0] + reach < threshold:
        return 2.0
    x = 0.0
    for _ in range(_MOST_REACHES):
        limit = min(x + 0.0625, 1.0)
        value = slope = bend = 0.0
        for j in range(DENSE, -1, -1):
            slope = slope * x + value
            value = value * x + p[j]
        for j in range(DENSE, 1, -1):
            bend = bend * limit + j * (j - 1) * abs(p[j])
        gap = threshold - value
        if gap <= 0.0:
            return x
        if x >= 1.0:
            return 2.0
        root = slope + math.sqrt(slope * slope + 2.0 * bend * gap)
        step = 2.0 * gap / root if root > 0.0 else 1.0
        if x + step == x:
            return x
        x = min(x + step, limit)
    return x
